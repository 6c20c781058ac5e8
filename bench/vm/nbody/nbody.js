class Body {
    constructor(x, y, z, vx, vy, vz, mass) {
        this.x = x;
        this.y = y;
        this.z = z;
        this.vx = vx;
        this.vy = vy;
        this.vz = vz;
        this.mass = mass;
    }
}

function offsetMomentum(bodies, solarMass) {
    let px = 0, py = 0, pz = 0;
    for (let body of bodies) {
        px += body.vx * body.mass;
        py += body.vy * body.mass;
        pz += body.vz * body.mass;
    }
    bodies[0].vx = -px / solarMass;
    bodies[0].vy = -py / solarMass;
    bodies[0].vz = -pz / solarMass;
}

function advance(bodies, dt) {
    let n = bodies.length;
    for (let i = 0; i < n; i++) {
        let a = bodies[i];
        for (let j = i + 1; j < n; j++) {
            let b = bodies[j];
            let dx = a.x - b.x;
            let dy = a.y - b.y;
            let dz = a.z - b.z;
            let squared = dx * dx + dy * dy + dz * dz;
            let magnitude = dt / (squared * Math.sqrt(squared));
            let mi = a.mass * magnitude;
            let mj = b.mass * magnitude;
            a.vx -= dx * mj;
            a.vy -= dy * mj;
            a.vz -= dz * mj;
            b.vx += dx * mi;
            b.vy += dy * mi;
            b.vz += dz * mi;
        }
    }
    for (let body of bodies) {
        body.x += dt * body.vx;
        body.y += dt * body.vy;
        body.z += dt * body.vz;
    }
}

function energy(bodies) {
    let sum = 0;
    for (let i = 0; i < bodies.length; i++) {
        let a = bodies[i];
        sum += 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz);
        for (let j = i + 1; j < bodies.length; j++) {
            let b = bodies[j];
            let dx = a.x - b.x;
            let dy = a.y - b.y;
            let dz = a.z - b.z;
            sum -= a.mass * b.mass / Math.sqrt(dx * dx + dy * dy + dz * dz);
        }
    }
    return sum;
}

function main() {
    const solarMass = 4 * Math.PI * Math.PI;
    const year = 365.24;
    const bodies = [
        new Body(0, 0, 0, 0, 0, 0, solarMass),
        new Body(4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
                 0.00166007664274403694 * year, 0.00769901118419740425 * year, -0.0000690460016972063023 * year,
                 0.000954791938424326609 * solarMass),
        new Body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
                 -0.00276742510726411 * year, 0.00499852801234917238 * year, 0.0000230417297573763929 * year,
                 0.000285885980666130812 * solarMass),
        new Body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
                 0.00296460137564761618 * year, 0.0023784717395948095 * year, -0.0000296589568540237556 * year,
                 0.0000436624404335156298 * solarMass),
        new Body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
                 0.00268067772490389322 * year, 0.00162824170038242295 * year, -0.000095159225451971587 * year,
                 0.0000515138902046611451 * solarMass),
    ];
    offsetMomentum(bodies, solarMass);
    console.log(energy(bodies).toFixed(9));
    for (let step = 0; step < 200_000; step++) advance(bodies, 0.01);
    console.log(energy(bodies).toFixed(9));
}

main();
