from math import pi, sqrt


class Body:
    __slots__ = ("x", "y", "z", "vx", "vy", "vz", "mass")

    def __init__(self, x, y, z, vx, vy, vz, mass):
        self.x = x
        self.y = y
        self.z = z
        self.vx = vx
        self.vy = vy
        self.vz = vz
        self.mass = mass


def offset_momentum(bodies, solar_mass):
    px = py = pz = 0.0
    for body in bodies:
        px += body.vx * body.mass
        py += body.vy * body.mass
        pz += body.vz * body.mass
    bodies[0].vx = -px / solar_mass
    bodies[0].vy = -py / solar_mass
    bodies[0].vz = -pz / solar_mass


def advance(bodies, dt):
    n = len(bodies)
    for i in range(n):
        a = bodies[i]
        for j in range(i + 1, n):
            b = bodies[j]
            dx = a.x - b.x
            dy = a.y - b.y
            dz = a.z - b.z
            squared = dx * dx + dy * dy + dz * dz
            magnitude = dt / (squared * sqrt(squared))
            mi = a.mass * magnitude
            mj = b.mass * magnitude
            a.vx -= dx * mj
            a.vy -= dy * mj
            a.vz -= dz * mj
            b.vx += dx * mi
            b.vy += dy * mi
            b.vz += dz * mi
    for body in bodies:
        body.x += dt * body.vx
        body.y += dt * body.vy
        body.z += dt * body.vz


def energy(bodies):
    sum = 0.0
    for i in range(len(bodies)):
        a = bodies[i]
        sum += 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz)
        for j in range(i + 1, len(bodies)):
            b = bodies[j]
            dx = a.x - b.x
            dy = a.y - b.y
            dz = a.z - b.z
            sum -= a.mass * b.mass / sqrt(dx * dx + dy * dy + dz * dz)
    return sum


def main():
    solar_mass = 4 * pi * pi
    year = 365.24
    bodies = [
        Body(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, solar_mass),
        Body(4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
             0.00166007664274403694 * year, 0.00769901118419740425 * year, -0.0000690460016972063023 * year,
             0.000954791938424326609 * solar_mass),
        Body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
             -0.00276742510726411 * year, 0.00499852801234917238 * year, 0.0000230417297573763929 * year,
             0.000285885980666130812 * solar_mass),
        Body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
             0.00296460137564761618 * year, 0.0023784717395948095 * year, -0.0000296589568540237556 * year,
             0.0000436624404335156298 * solar_mass),
        Body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
             0.00268067772490389322 * year, 0.00162824170038242295 * year, -0.000095159225451971587 * year,
             0.0000515138902046611451 * solar_mass),
    ]
    offset_momentum(bodies, solar_mass)
    print("%.9f" % energy(bodies))
    for step in range(200_000):
        advance(bodies, 0.01)
    print("%.9f" % energy(bodies))


main()
