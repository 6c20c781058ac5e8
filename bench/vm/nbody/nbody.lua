local sqrt = math.sqrt

local function body(x, y, z, vx, vy, vz, mass)
    return { x = x, y = y, z = z, vx = vx, vy = vy, vz = vz, mass = mass }
end

local function offset_momentum(bodies, solar_mass)
    local px, py, pz = 0, 0, 0
    for i = 1, #bodies do
        local b = bodies[i]
        px = px + b.vx * b.mass
        py = py + b.vy * b.mass
        pz = pz + b.vz * b.mass
    end
    bodies[1].vx = -px / solar_mass
    bodies[1].vy = -py / solar_mass
    bodies[1].vz = -pz / solar_mass
end

local function advance(bodies, dt)
    local n = #bodies
    for i = 1, n do
        local a = bodies[i]
        for j = i + 1, n do
            local b = bodies[j]
            local dx = a.x - b.x
            local dy = a.y - b.y
            local dz = a.z - b.z
            local squared = dx * dx + dy * dy + dz * dz
            local magnitude = dt / (squared * sqrt(squared))
            local mi = a.mass * magnitude
            local mj = b.mass * magnitude
            a.vx = a.vx - dx * mj
            a.vy = a.vy - dy * mj
            a.vz = a.vz - dz * mj
            b.vx = b.vx + dx * mi
            b.vy = b.vy + dy * mi
            b.vz = b.vz + dz * mi
        end
    end
    for i = 1, n do
        local b = bodies[i]
        b.x = b.x + dt * b.vx
        b.y = b.y + dt * b.vy
        b.z = b.z + dt * b.vz
    end
end

local function energy(bodies)
    local sum = 0
    for i = 1, #bodies do
        local a = bodies[i]
        sum = sum + 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz)
        for j = i + 1, #bodies do
            local b = bodies[j]
            local dx = a.x - b.x
            local dy = a.y - b.y
            local dz = a.z - b.z
            sum = sum - a.mass * b.mass / sqrt(dx * dx + dy * dy + dz * dz)
        end
    end
    return sum
end

local solar_mass = 4 * math.pi * math.pi
local year = 365.24
local bodies = {
    body(0, 0, 0, 0, 0, 0, solar_mass),
    body(4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
         0.00166007664274403694 * year, 0.00769901118419740425 * year, -0.0000690460016972063023 * year,
         0.000954791938424326609 * solar_mass),
    body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
         -0.00276742510726411 * year, 0.00499852801234917238 * year, 0.0000230417297573763929 * year,
         0.000285885980666130812 * solar_mass),
    body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
         0.00296460137564761618 * year, 0.0023784717395948095 * year, -0.0000296589568540237556 * year,
         0.0000436624404335156298 * solar_mass),
    body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
         0.00268067772490389322 * year, 0.00162824170038242295 * year, -0.000095159225451971587 * year,
         0.0000515138902046611451 * solar_mass),
}
offset_momentum(bodies, solar_mass)
print(string.format("%.9f", energy(bodies)))
for step = 1, 200000 do advance(bodies, 0.01) end
print(string.format("%.9f", energy(bodies)))
