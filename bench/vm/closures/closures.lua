local function adder(n)
    return function(x) return x + n end
end

local function compose(f, g)
    return function(x) return g(f(x)) end
end

local function fold(xs, first, f)
    local result = first
    for i = 1, #xs do result = f(result, xs[i]) end
    return result
end

local total = 0
for i = 0, 799999 do
    local h = compose(adder(i % 10), adder(total % 7))
    total = (total + h(i)) % 1000003
end
local xs = {}
for i = 0, 999 do xs[i + 1] = i * 7 % 100 end
for round = 0, 3999 do
    total = fold(xs, total, function(sum, x) return (sum * 3 + x + round) % 1000003 end)
end
print(total)
