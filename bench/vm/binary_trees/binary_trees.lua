local function build(depth)
    if depth == 0 then return { left = nil, right = nil } end
    return { left = build(depth - 1), right = build(depth - 1) }
end

local function nodes(tree)
    if not tree.left or not tree.right then return 1 end
    return 1 + nodes(tree.left) + nodes(tree.right)
end

local depth = 18
local long_lived = build(depth)
for d = 4, depth, 4 do
    local rounds = 1
    for i = 1, depth - d do rounds = rounds * 2 end
    local total = 0
    for i = 1, rounds do total = total + nodes(build(d)) end
    print(string.format("%d trees of depth %d: %d nodes", rounds, d, total))
end
print(string.format("long lived tree of depth %d: %d nodes", depth, nodes(long_lived)))
