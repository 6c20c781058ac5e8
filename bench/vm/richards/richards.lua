-- Task ids count from 1 here.
local IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = 1, 2, 3, 4, 5, 6
local DEVICE, WORK = 0, 1
local NONE = 0

local function class()
    local c = {}
    c.__index = c
    return c
end

local function Packet(id, kind)
    return { id = id, kind = kind, index = 0, data = { 0, 0, 0, 0 } }
end

local TaskState = class()

function TaskState.new(id, priority, link, queue)
    return setmetatable({ id = id, priority = priority, link = link, queue = queue, pending = #queue > 0,
        waiting = true, holding = false }, TaskState)
end

function TaskState:is_held_or_suspended()
    return self.holding or (not self.pending and self.waiting)
end

function TaskState:take_packet()
    if not (self.pending and self.waiting) then return nil end
    local packet = table.remove(self.queue, 1)
    self.pending = #self.queue > 0
    self.waiting = false
    return packet
end

local Scheduler = class()

function Scheduler.new()
    return setmetatable({ tasks = {}, first = NONE, current = NONE, queued = 0, held = 0 }, Scheduler)
end

function Scheduler:add(priority, queue)
    local id = #self.tasks + 1
    self.tasks[id] = TaskState.new(id, priority, self.first, queue)
    self.first = id
end

function Scheduler:hold_current()
    self.held = self.held + 1
    local task = self.tasks[self.current]
    task.holding = true
    return task.link
end

function Scheduler:suspend_current()
    self.tasks[self.current].waiting = true
    return self.current
end

function Scheduler:release(id)
    self.tasks[id].holding = false
    if self.tasks[id].priority > self.tasks[self.current].priority then return id end
    return self.current
end

function Scheduler:send(packet)
    local to = packet.id
    packet.id = self.current
    self.queued = self.queued + 1
    local task = self.tasks[to]
    task.queue[#task.queue + 1] = packet
    if #task.queue == 1 then
        task.pending = true
        if task.priority > self.tasks[self.current].priority then return to end
    end
    return self.current
end

function Scheduler:run(behaviours)
    self.current = self.first
    while self.current ~= NONE do
        local task = self.tasks[self.current]
        if task:is_held_or_suspended() then
            self.current = task.link
        else
            local packet = task:take_packet()
            self.current = behaviours[self.current]:run(packet, self)
        end
    end
end

local Idle = class()

function Idle.new(count)
    return setmetatable({ seed = 1, count = count }, Idle)
end

function Idle:run(packet, scheduler)
    self.count = self.count - 1
    if self.count == 0 then return scheduler:hold_current() end
    self.seed = (self.seed * 3877 + 29573) % 139968
    return scheduler:release(self.seed < 69984 and DEVICE_A or DEVICE_B)
end

local Worker = class()

function Worker.new()
    return setmetatable({ handler = HANDLER_A, letter = 0 }, Worker)
end

function Worker:run(packet, scheduler)
    if packet == nil then return scheduler:suspend_current() end
    self.handler = self.handler == HANDLER_A and HANDLER_B or HANDLER_A
    packet.id = self.handler
    packet.index = 0
    for i = 1, 4 do
        self.letter = self.letter + 1
        if self.letter > 26 then self.letter = 1 end
        packet.data[i] = self.letter
    end
    return scheduler:send(packet)
end

local Handler = class()

function Handler.new()
    return setmetatable({ work = {}, devices = {} }, Handler)
end

function Handler:run(packet, scheduler)
    if packet ~= nil then
        if packet.kind == WORK then
            self.work[#self.work + 1] = packet
        else
            self.devices[#self.devices + 1] = packet
        end
    end
    if #self.work > 0 then
        local index = self.work[1].index
        if index >= 4 then return scheduler:send(table.remove(self.work, 1)) end
        if #self.devices > 0 then
            local device = table.remove(self.devices, 1)
            device.index = self.work[1].data[index + 1]
            self.work[1].index = index + 1
            return scheduler:send(device)
        end
    end
    return scheduler:suspend_current()
end

local Device = class()

function Device.new()
    return setmetatable({ pending = nil }, Device)
end

function Device:run(packet, scheduler)
    if packet ~= nil then
        self.pending = packet
        return scheduler:hold_current()
    end
    local waiting = self.pending
    if waiting == nil then return scheduler:suspend_current() end
    self.pending = nil
    return scheduler:send(waiting)
end

local function packets(count, id, kind)
    local list = {}
    for i = 1, count do list[i] = Packet(id, kind) end
    return list
end

for round = 1, 20 do
    local scheduler = Scheduler.new()
    scheduler:add(0, {})
    scheduler.tasks[IDLE].waiting = false
    scheduler:add(1000, packets(2, WORKER, WORK))
    scheduler:add(2000, packets(3, DEVICE_A, DEVICE))
    scheduler:add(3000, packets(3, DEVICE_B, DEVICE))
    scheduler:add(4000, {})
    scheduler:add(5000, {})
    scheduler:run({ Idle.new(10000), Worker.new(), Handler.new(), Handler.new(), Device.new(), Device.new() })
    print(string.format("%d %d", scheduler.queued, scheduler.held))
end
