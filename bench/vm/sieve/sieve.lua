local function primes_below(n)
    local composite = {}
    for i = 1, n do composite[i] = false end
    local count = 0
    for i = 2, n - 1 do
        if not composite[i] then
            count = count + 1
            local j = i * i
            while j < n do
                composite[j] = true
                j = j + i
            end
        end
    end
    return count
end

local total = 0
for round = 0, 9 do total = total + primes_below(1000000 + round) end
print(total)
