// Writes one program in any of the languages of languages.mjs: the same declarations and statements, free of errors, the same on every
// run. Units of a record, a class and functions that use those of earlier units; no two are alike. The places where
// requests are made are marked while it is written, so that they are the same places in every language.

const nouns = ['account', 'order', 'request', 'session', 'buffer', 'worker', 'message', 'item', 'price', 'index', 'answer', 'state', 'queue', 'user'];

/// mulberry32.
class Random {
    constructor(seed) { this.state = seed; }
    below(limit) {
        this.state = (this.state + 0x6d2b79f5) | 0;
        let z = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
        z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
        return ((z ^ (z >>> 14)) >>> 0) % limit;
    }
    pick(choices) { return choices[this.below(choices.length)]; }
}

class Writer {
    constructor(language, seed) {
        this.language = language;
        this.random = new Random(seed);
        this.lines = [];
        this.depth = 0;
        this.places = {};
        this.declarations = 0;
        this.units = [];
    }

    /// A name with a mark for a request of this kind before it, or behind it.
    mark(kind, name) { return `\u0001${kind}\u0002${name}`; }
    mark_end(kind, name) { return `${name}\u0001${kind}\u0002`; }
    line(text) {
        let content = text === '' ? '' : this.language.indent.repeat(this.depth) + text;
        for (let at; (at = content.indexOf('\u0001')) >= 0;) {
            const end = content.indexOf('\u0002', at);
            (this.places[content.slice(at + 1, end)] ??= []).push({ line: this.lines.length, character: at });
            content = content.slice(0, at) + content.slice(end + 1);
        }
        this.lines.push(content);
    }
    block(header, body) {
        this.line(header);
        ++this.depth;
        body();
        --this.depth;
    }
    end() { if (this.language.end) this.line(this.language.end); }

    unit() {
        const number = this.units.length + 1;
        const unit = { number, record: `Record${number}`, keeper: `Keeper${number}`, make: `makeRecord${number}`, steps: [] };
        const fields = ['int', 'string', 'ints', ...Array.from({ length: this.random.below(4) }, () => this.random.pick(['int', 'string', 'bool']))];
        unit.fields = fields.map((type, at) => [`${this.random.pick(nouns)}${at + 1}`, type]);
        this.record(unit);
        this.make(unit);
        this.keeper(unit);
        for (let at = 1; at <= 3; ++at) this.step(unit, at);
        this.units.push(unit);
    }

    documentation() { this.line(this.language.documentation(`Keeps what the ${this.random.pick(nouns)} was asked for, and by whom.`)); }

    record({ record, fields }) {
        const { language } = this;
        this.documentation();
        this.block(language.record(this.mark('references', record)), () => {
            for (const [name, type] of fields) this.line(language.field(name, language.types[type]));
        });
        for (const line of language.classEnd.length || !language.end ? language.classEnd : [language.end]) this.line(line);
        this.line('');
        this.declarations += 1 + fields.length;
    }

    make({ record, make, fields }) {
        const { language } = this;
        const parameters = [['first', 'int'], ['label', 'string']];
        const value = ([, type]) => ({
            int: `first + ${this.random.below(100)}`,
            string: 'label',
            bool: `first < ${this.random.below(100)}`,
            ints: language.list(`first, ${this.random.below(100)}, ${this.random.below(100)}`),
        })[type];
        this.block(language.function(make, this.parameters(parameters), record), () =>
            this.line(language.return(language.literal(record, fields.map((field) => [field[0], value(field)])))));
        this.end();
        this.line('');
        this.declarations += 3;
    }

    parameters(list) { return list.map(([name, type]) => this.language.parameter(name, this.language.types[type])).join(', '); }

    keeper({ keeper }) {
        const { language } = this;
        const fields = [['balance', 'int'], ['owner', 'string'], ['history', 'ints']];
        this.documentation();
        this.block(language.class(keeper), () => {
            for (const [name, type] of fields) this.line(language.field(name, language.types[type]));
            if (!language.afterFields) this.line('');
        });
        const members = () => {
            const typed = fields.slice(0, 2).map(([name, type]) => [name, language.types[type]]);
            for (const line of language.constructor(keeper, typed, [['balance', 'balance'], ['owner', 'owner'], ['history', language.list('balance')]])) this.line(line);
            this.line('');
            this.method(keeper, 'deposit', [['amount', 'int']], 'int', { ints: ['amount', `${language.self}balance`], strings: [`${language.self}owner`] }, () => {
                this.line(language.statement(`${language.self}balance += amount`));
                this.line(language.push(`${language.self}history`, 'amount'));
            });
            this.line('');
            this.method(keeper, 'summary', [['prefix', 'string']], 'string', { ints: [`${language.self}balance`], strings: ['prefix', `${language.self}owner`] }, () => {});
        };
        if (language.afterFields) {
            this.line(language.afterFields(keeper));
            if (language.outdented) members();
            else this.indented(members);
        } else this.indented(members);
        for (const line of language.classEnd.length || !language.end || language.outdented ? language.classEnd : [language.end]) this.line(line);
        this.line('');
        this.declarations += 2 + fields.length + 2 + 2 + 2;
    }
    indented(body) {
        ++this.depth;
        body();
        --this.depth;
    }
    method(owner, name, parameters, result, scope, before) {
        const { language } = this;
        this.block(language.method(owner, name, this.parameters(parameters), language.types[result]), () => {
            before();
            this.body({ bools: [], ...scope, locals: 0 }, result, 2);
        });
        this.end();
    }

    step(unit, at) {
        const { language } = this;
        const name = `step${unit.number}x${at}`;
        const result = this.random.pick(['int', 'int', 'string', 'bool']);
        const field = (type) => unit.fields.filter(([, of]) => of === type).map(([field]) => `record.${field}`);
        const scope = { ints: ['limit', ...field('int')], strings: ['label', ...field('string')], bools: field('bool'), locals: 0, lists: field('ints'), calls: true, unit };
        this.documentation();
        const parameters = [language.recordParameter('record', unit.record), this.parameters([['limit', 'int'], ['label', 'string']])].join(', ');
        this.block(language.function(name, parameters, language.types[result]), () => this.body(scope, result, 5 + this.random.below(6)));
        this.end();
        this.line('');
        this.declarations += 4;
        unit.steps.push({ name, result });
    }

    /// Statements, each of which uses the locals it makes, and a result.
    body(scope, result, statements) {
        const { language } = this;
        this.line(language.variable('total', language.types.int, this.int(scope, 1)));
        const inner = { ...scope, ints: [...scope.ints, 'total'], strings: [...scope.strings], bools: [...scope.bools] };
        for (let at = 0; at < statements; ++at) this.statement(inner, 2);
        const total = this.mark_end('typing', 'total');
        if (result === 'string') {
            this.block(language.if(`${total} < ${this.random.below(1000)}`), () => this.line(language.statement('total += 1')));
            this.end();
        }
        const value = { int: total, string: scope.strings[0], bool: `${total} < ${this.random.below(1000)}` }[result];
        this.line(language.return(value));
    }

    local(scope) { return `${this.random.pick(nouns)}${10 + scope.locals++}`; }

    statement(scope, depth) {
        const { language, random } = this;
        const kind = random.below(depth > 0 ? 11 : 6);
        if (kind === 0) {
            const name = this.local(scope);
            this.line(language.variable(name, language.types.int, this.int(scope, 2)));
            scope.ints.push(name);
            this.line(language.statement(`total += ${name}`));
            this.declarations += 1;
        } else if (kind === 1) {
            const name = this.local(scope);
            this.line(language.variable(name, language.types.string, `${random.pick(scope.strings)} + " of ${random.pick(nouns)}"`));
            scope.strings.push(name);
            this.declarations += 1;
            this.block(language.if(`${name} ${language.equal} ${scope.strings[0]}`), () => this.line(language.statement('total += 1')));
            this.end();
        } else if (kind === 2) {
            this.line(language.comment(`The ${random.pick(nouns)} may be gone by now.`));
            this.line(language.statement(`total += ${this.int(scope, 2)}`));
        } else if (kind === 3) {
            const name = this.local(scope);
            this.line(language.closure(name, 'value', `value * ${random.below(9) + 2} + ${random.below(100)}`));
            this.line(language.statement(`total += ${name}(${random.pick(scope.ints)})`));
            this.declarations += 2;
        } else if (kind === 4 || kind === 5) {
            if (scope.calls && this.units.length > 0) this.use(scope);
            else this.line(language.statement(`total -= ${this.int(scope, 1)}`));
        } else if (kind <= 7) {
            this.block(language.if(this.condition(scope)), () => this.nested(scope, depth - 1));
            if (random.below(2)) this.block(language.otherwise, () => this.nested(scope, depth - 1));
            this.end();
        } else if (kind === 8 && scope.lists) {
            const name = this.local(scope);
            this.declarations += 1;
            this.block(language.each(name, random.pick(scope.lists)), () => {
                this.line(language.statement(`total += ${name} * ${random.below(20)}`));
                this.nested({ ...scope, ints: [...scope.ints, name] }, depth - 1);
            });
            this.end();
        } else if (kind === 9) {
            const name = this.local(scope);
            this.declarations += 1;
            this.line(language.variable(name, language.types.int, '0'));
            this.block(language.while(`${name} < ${random.below(100)}`), () => {
                this.line(language.statement(`${name} += 1`));
                this.nested({ ...scope, ints: [...scope.ints, name] }, depth - 1);
            });
            this.end();
        } else this.line(language.statement(`total = ${this.int(scope, 2)} - total`));
    }
    nested(scope, depth) {
        const inner = { ...scope, ints: [...scope.ints], strings: [...scope.strings] };
        for (let count = 1 + this.random.below(2); count > 0; --count) this.statement(inner, depth);
        scope.locals = inner.locals;
    }

    /// Something of an earlier unit: a near one mostly, as in programs of people.
    use(scope) {
        const { language, random } = this;
        const near = Math.min(this.units.length, random.below(4) ? 10 : 100);
        const unit = this.units[this.units.length - 1 - random.below(near)];
        const value = random.pick(scope.ints);
        if (random.below(3) === 0) {
            const name = this.local(scope);
            this.declarations += 1;
            this.line(language.object(name, language.construct(unit.keeper, `${value}, ${random.pick(scope.strings)}`)));
            this.line(language.statement(`total += ${name}.${this.mark('call', 'deposit')}(${random.below(100)})`));
            return;
        }
        const step = random.pick(unit.steps);
        const record = language.recordValue(`${unit.make}(${value}, ${random.pick(scope.strings)})`);
        const call = `${this.mark('call', step.name)}(${record}, ${this.int(scope, 1)}, ${random.pick(scope.strings)})`;
        if (step.result === 'int') this.line(language.statement(`total += ${call}`));
        else {
            const condition = step.result === 'bool' ? call : `${call} ${language.equal} ${scope.strings[0]}`;
            this.block(language.if(condition), () => this.line(language.statement(`total += ${random.below(100)}`)));
            this.end();
        }
    }

    int(scope, depth) {
        const { random } = this;
        if (depth === 0 || random.below(3) === 0) return random.below(3) ? this.variable(scope) : `${random.below(1000)}`;
        return `${this.int(scope, depth - 1)} ${random.pick(['+', '-', '*'])} ${this.int(scope, 0)}`;
    }
    variable(scope) {
        const name = this.random.pick(scope.ints);
        const [, owner, last] = /^(.*(?:\.|->))?(\w+)$/.exec(name);
        return owner ? owner + this.mark('member', last) : this.mark('name', last);
    }
    condition(scope) {
        const { language, random } = this;
        const first = `${this.variable(scope)} < ${this.int(scope, 1)}`;
        if (scope.bools.length && random.below(3) === 0) return `${random.pick(scope.bools)} ${language.and} ${first}`;
        return random.below(2) ? first : `${first} ${language.and} ${random.pick(scope.strings)} ${language.equal} ${scope.strings[0]}`;
    }
}

/// A program of so many units; the same `units` and `seed` give the same program in every language.
export function program(language, units, seed = 0x5eed) {
    const writer = new Writer(language, seed);
    for (const line of language.header) writer.line(line);
    if (language.header.length) writer.line('');
    while (writer.units.length < units) writer.unit();
    for (const line of language.footer) writer.line(line);
    const { lines, places, declarations } = writer;
    const text = lines.join('\n') + '\n';
    return { language, text, lines: lines.length, places, declarations, tokens: tokens_of(language, text) };
}

/// How many units are a program of `lines` lines in a language.
export function units_of(language, lines, seed = 0x5eed) {
    const writer = new Writer(language, seed);
    while (writer.lines.length < lines) writer.unit();
    return writer.units.length;
}

function tokens_of(language, text) {
    const comments = language.name === 'Altru' ? /#.*/g : /\/\/.*|\/\*.*?\*\//g;
    const words = /"[^"]*"|[A-Za-z_]\w*|\d+|=>|->|::|===|[-+*<=!&|]=|&&|\|\||\S/g;
    return text.replace(comments, '').match(words).length;
}
