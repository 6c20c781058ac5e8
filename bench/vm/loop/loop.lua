local function run(n)
    local sum = 0
    for i = 0, n - 1 do
        if i % 3 == 0 then
            sum = sum + i * 2
        else
            sum = sum - i % 7
        end
    end
    return sum
end

print(string.format("%d", run(40000000)))
