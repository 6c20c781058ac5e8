local function fannkuch(n)
    -- Positions count from 1 here, the numbers that are permuted from 1 too.
    local p, q, count = {}, {}, {}
    for i = 1, n do
        p[i] = i
        q[i] = 0
        count[i] = 0
    end
    local checksum, most, even, r = 0, 0, true, n
    while true do
        while r ~= 1 do
            count[r] = r
            r = r - 1
        end
        local first = p[1]
        if first ~= 1 then
            for i = 2, n do q[i] = p[i] end
            local flips = 1
            while true do
                local next = q[first]
                if next == 1 then break end
                q[first] = first
                if first >= 4 then
                    local i, j = 2, first - 1
                    while i < j do
                        local t = q[i]
                        q[i] = q[j]
                        q[j] = t
                        i = i + 1
                        j = j - 1
                    end
                end
                first = next
                flips = flips + 1
            end
            if flips > most then most = flips end
            if even then
                checksum = checksum + flips
            else
                checksum = checksum - flips
            end
        end
        while true do
            if r == n then return checksum, most end
            local head = p[1]
            for i = 1, r do p[i] = p[i + 1] end
            p[r + 1] = head
            count[r + 1] = count[r + 1] - 1
            if count[r + 1] > 0 then break end
            r = r + 1
        end
        even = not even
    end
end

for round = 1, 3 do
    local checksum, most = fannkuch(9)
    print(string.format("%d %d", checksum, most))
end
