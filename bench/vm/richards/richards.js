const IDLE = 0, WORKER = 1, HANDLER_A = 2, HANDLER_B = 3, DEVICE_A = 4, DEVICE_B = 5;
const DEVICE = 0, WORK = 1;
const NONE = -1;

class Packet {
    index = 0;
    data = [0, 0, 0, 0];

    constructor(id, kind) {
        this.id = id;
        this.kind = kind;
    }
}

class TaskState {
    waiting = true;
    holding = false;

    constructor(id, priority, link, queue) {
        this.id = id;
        this.priority = priority;
        this.link = link;
        this.queue = queue;
        this.pending = queue.length > 0;
    }

    isHeldOrSuspended() {
        return this.holding || (!this.pending && this.waiting);
    }

    takePacket() {
        if (!(this.pending && this.waiting)) return null;
        let packet = this.queue.shift();
        this.pending = this.queue.length > 0;
        this.waiting = false;
        return packet;
    }
}

class Behaviour {}

class Scheduler {
    tasks = [];
    first = NONE;
    current = NONE;
    queued = 0;
    held = 0;

    add(priority, queue) {
        let id = this.tasks.length;
        this.tasks.push(new TaskState(id, priority, this.first, queue));
        this.first = id;
    }

    holdCurrent() {
        this.held++;
        let task = this.tasks[this.current];
        task.holding = true;
        return task.link;
    }

    suspendCurrent() {
        this.tasks[this.current].waiting = true;
        return this.current;
    }

    release(id) {
        this.tasks[id].holding = false;
        if (this.tasks[id].priority > this.tasks[this.current].priority) return id;
        return this.current;
    }

    send(packet) {
        let to = packet.id;
        packet.id = this.current;
        this.queued++;
        let task = this.tasks[to];
        task.queue.push(packet);
        if (task.queue.length === 1) {
            task.pending = true;
            if (task.priority > this.tasks[this.current].priority) return to;
        }
        return this.current;
    }

    run(behaviours) {
        this.current = this.first;
        while (this.current !== NONE) {
            let task = this.tasks[this.current];
            if (task.isHeldOrSuspended()) {
                this.current = task.link;
            } else {
                let packet = task.takePacket();
                this.current = behaviours[this.current].run(packet, this);
            }
        }
    }
}

class Idle extends Behaviour {
    seed = 1;

    constructor(count) {
        super();
        this.count = count;
    }

    run(packet, scheduler) {
        this.count--;
        if (this.count === 0) return scheduler.holdCurrent();
        this.seed = (this.seed * 3877 + 29573) % 139968;
        return scheduler.release(this.seed < 69984 ? DEVICE_A : DEVICE_B);
    }
}

class WorkerTask extends Behaviour {
    handler = HANDLER_A;
    letter = 0;

    run(packet, scheduler) {
        if (packet === null) return scheduler.suspendCurrent();
        this.handler = this.handler === HANDLER_A ? HANDLER_B : HANDLER_A;
        packet.id = this.handler;
        packet.index = 0;
        for (let i = 0; i < 4; i++) {
            this.letter++;
            if (this.letter > 26) this.letter = 1;
            packet.data[i] = this.letter;
        }
        return scheduler.send(packet);
    }
}

class Handler extends Behaviour {
    work = [];
    devices = [];

    run(packet, scheduler) {
        if (packet !== null) {
            if (packet.kind === WORK) this.work.push(packet);
            else this.devices.push(packet);
        }
        if (this.work.length > 0) {
            let index = this.work[0].index;
            if (index >= 4) return scheduler.send(this.work.shift());
            if (this.devices.length > 0) {
                let device = this.devices.shift();
                device.index = this.work[0].data[index];
                this.work[0].index = index + 1;
                return scheduler.send(device);
            }
        }
        return scheduler.suspendCurrent();
    }
}

class Device extends Behaviour {
    pending = null;

    run(packet, scheduler) {
        if (packet !== null) {
            this.pending = packet;
            return scheduler.holdCurrent();
        }
        let waiting = this.pending;
        if (waiting === null) return scheduler.suspendCurrent();
        this.pending = null;
        return scheduler.send(waiting);
    }
}

function packets(count, id, kind) {
    let list = [];
    for (let i = 0; i < count; i++) list.push(new Packet(id, kind));
    return list;
}

function main() {
    for (let round = 0; round < 20; round++) {
        let scheduler = new Scheduler();
        scheduler.add(0, []);
        scheduler.tasks[IDLE].waiting = false;
        scheduler.add(1000, packets(2, WORKER, WORK));
        scheduler.add(2000, packets(3, DEVICE_A, DEVICE));
        scheduler.add(3000, packets(3, DEVICE_B, DEVICE));
        scheduler.add(4000, []);
        scheduler.add(5000, []);
        scheduler.run([new Idle(10_000), new WorkerTask(), new Handler(), new Handler(), new Device(), new Device()]);
        console.log(`${scheduler.queued} ${scheduler.held}`);
    }
}

main();
