IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = range(6)
DEVICE, WORK = 0, 1
NONE = -1


class Packet:
    __slots__ = ("id", "kind", "index", "data")

    def __init__(self, id, kind):
        self.id = id
        self.kind = kind
        self.index = 0
        self.data = [0, 0, 0, 0]


class TaskState:
    __slots__ = ("id", "priority", "link", "queue", "pending", "waiting", "holding")

    def __init__(self, id, priority, link, queue):
        self.id = id
        self.priority = priority
        self.link = link
        self.queue = queue
        self.pending = len(queue) > 0
        self.waiting = True
        self.holding = False

    def is_held_or_suspended(self):
        return self.holding or (not self.pending and self.waiting)

    def take_packet(self):
        if not (self.pending and self.waiting):
            return None
        packet = self.queue.pop(0)
        self.pending = len(self.queue) > 0
        self.waiting = False
        return packet


class Scheduler:
    __slots__ = ("tasks", "first", "current", "queued", "held")

    def __init__(self):
        self.tasks = []
        self.first = NONE
        self.current = NONE
        self.queued = 0
        self.held = 0

    def add(self, priority, queue):
        id = len(self.tasks)
        self.tasks.append(TaskState(id, priority, self.first, queue))
        self.first = id

    def hold_current(self):
        self.held += 1
        task = self.tasks[self.current]
        task.holding = True
        return task.link

    def suspend_current(self):
        self.tasks[self.current].waiting = True
        return self.current

    def release(self, id):
        self.tasks[id].holding = False
        if self.tasks[id].priority > self.tasks[self.current].priority:
            return id
        return self.current

    def send(self, packet):
        to = packet.id
        packet.id = self.current
        self.queued += 1
        task = self.tasks[to]
        task.queue.append(packet)
        if len(task.queue) == 1:
            task.pending = True
            if task.priority > self.tasks[self.current].priority:
                return to
        return self.current

    def run(self, behaviours):
        self.current = self.first
        while self.current != NONE:
            task = self.tasks[self.current]
            if task.is_held_or_suspended():
                self.current = task.link
            else:
                packet = task.take_packet()
                self.current = behaviours[self.current].run(packet, self)


class Idle:
    __slots__ = ("seed", "count")

    def __init__(self, count):
        self.seed = 1
        self.count = count

    def run(self, packet, scheduler):
        self.count -= 1
        if self.count == 0:
            return scheduler.hold_current()
        self.seed = (self.seed * 3877 + 29573) % 139968
        return scheduler.release(DEVICE_A if self.seed < 69984 else DEVICE_B)


class Worker:
    __slots__ = ("handler", "letter")

    def __init__(self):
        self.handler = HANDLER_A
        self.letter = 0

    def run(self, packet, scheduler):
        if packet is None:
            return scheduler.suspend_current()
        self.handler = HANDLER_B if self.handler == HANDLER_A else HANDLER_A
        packet.id = self.handler
        packet.index = 0
        for i in range(4):
            self.letter += 1
            if self.letter > 26:
                self.letter = 1
            packet.data[i] = self.letter
        return scheduler.send(packet)


class Handler:
    __slots__ = ("work", "devices")

    def __init__(self):
        self.work = []
        self.devices = []

    def run(self, packet, scheduler):
        if packet is not None:
            if packet.kind == WORK:
                self.work.append(packet)
            else:
                self.devices.append(packet)
        if len(self.work) > 0:
            index = self.work[0].index
            if index >= 4:
                return scheduler.send(self.work.pop(0))
            if len(self.devices) > 0:
                device = self.devices.pop(0)
                device.index = self.work[0].data[index]
                self.work[0].index = index + 1
                return scheduler.send(device)
        return scheduler.suspend_current()


class Device:
    __slots__ = ("pending",)

    def __init__(self):
        self.pending = None

    def run(self, packet, scheduler):
        if packet is not None:
            self.pending = packet
            return scheduler.hold_current()
        waiting = self.pending
        if waiting is None:
            return scheduler.suspend_current()
        self.pending = None
        return scheduler.send(waiting)


def packets(count, id, kind):
    return [Packet(id, kind) for i in range(count)]


def main():
    for round in range(20):
        scheduler = Scheduler()
        scheduler.add(0, [])
        scheduler.tasks[IDLE].waiting = False
        scheduler.add(1000, packets(2, WORKER, WORK))
        scheduler.add(2000, packets(3, DEVICE_A, DEVICE))
        scheduler.add(3000, packets(3, DEVICE_B, DEVICE))
        scheduler.add(4000, [])
        scheduler.add(5000, [])
        scheduler.run([Idle(10_000), Worker(), Handler(), Handler(), Device(), Device()])
        print(f"{scheduler.queued} {scheduler.held}")


main()
