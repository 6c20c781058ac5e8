local floor = math.floor

local function text(words)
    local syllables = { "ba", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu" }
    local seed = 42
    local parts = {}
    for i = 1, words do
        seed = (seed * 3877 + 29573) % 139968
        local n = seed % 1000
        local word = syllables[n % 10 + 1]
        while n >= 10 do
            n = floor(n / 10)
            word = word .. syllables[n % 10 + 1]
        end
        parts[i] = word
    end
    return table.concat(parts, " ")
end

local input = text(1000000)
local counts, distinct = {}, 0
for word in string.gmatch(input, "%S+") do
    local count = counts[word]
    if not count then
        distinct = distinct + 1
        count = 0
    end
    counts[word] = count + 1
end
local best, most, checksum = "", 0, 0
for word, count in pairs(counts) do
    checksum = checksum + count * #word
    if count > most or (count == most and word < best) then
        best = word
        most = count
    end
end
print(string.format("%d words, %s %d times, %d letters", distinct, best, most, checksum))
