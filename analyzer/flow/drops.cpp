#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>

#include "analyzer/flow/dataflow.h"
#include "analyzer/flow/mir_walk.h"
#include "analyzer/flow/queries.h"

// Drop elaboration, after rustc's: MIR is built with a Drop for every local at every way out of its scope; which of
// them happen follows from where the value was moved. Move paths are tracked for locals and, below them, for the fields
// that are moved out of singly.
namespace braid::mir {
namespace {

using Path = uint32_t;
constexpr Path kNoPath = 0xffffffff;

struct MovePath {
    Place place;
    Path parent = kNoPath;
    std::vector<Path> children;
    Local flag = kNoLocal;
};

/// Of each path, whether some way here leaves a value in it, and whether some way does not. In pieces that states share
/// until they change: most blocks change little of it.
class State {
  public:
    State() = default;
    explicit State(size_t paths) : pieces_((paths + kPaths - 1) / kPaths) {
        auto none = std::make_shared<Piece>();
        none->dead.fill(~uint64_t(0));
        std::fill(pieces_.begin(), pieces_.end(), none);
    }

    bool maybe_live(Path path) const { return pieces_[path / kPaths]->live[word(path)] >> (path % 64) & 1; }
    bool maybe_dead(Path path) const { return pieces_[path / kPaths]->dead[word(path)] >> (path % 64) & 1; }
    void set(Path path, bool live) {
        if (maybe_live(path) == live && maybe_dead(path) == !live) return;
        std::shared_ptr<Piece>& piece = pieces_[path / kPaths];
        if (piece.use_count() > 1) piece = std::make_shared<Piece>(*piece);
        const uint64_t bit = uint64_t(1) << (path % 64);
        uint64_t &on = (live ? piece->live : piece->dead)[word(path)],
                 &off = (live ? piece->dead : piece->live)[word(path)];
        on |= bit;
        off &= ~bit;
    }

    bool merge(const State& other) {
        bool changed = false;
        for (size_t i = 0; i < pieces_.size(); ++i) {
            if (pieces_[i] == other.pieces_[i]) continue;
            Piece both = *pieces_[i];
            for (size_t w = 0; w < both.live.size(); ++w) {
                both.live[w] |= other.pieces_[i]->live[w];
                both.dead[w] |= other.pieces_[i]->dead[w];
            }
            if (both == *pieces_[i]) continue;
            changed = true;
            pieces_[i] = both == *other.pieces_[i] ? other.pieces_[i] : std::make_shared<Piece>(both);
        }
        return changed;
    }

  private:
    static constexpr size_t kPaths = 512;
    struct Piece {
        std::array<uint64_t, kPaths / 64> live{}, dead{};
        friend bool operator==(const Piece&, const Piece&) = default;
    };
    static size_t word(Path path) { return path % kPaths / 64; }

    std::vector<std::shared_ptr<Piece>> pieces_;
};

class Elaboration {
  public:
    Elaboration(QueryContext& context, MirBody& body) : context_(context), body_(body) {}

    void run() {
        collect_paths();
        if (paths_.empty()) return;
        solve();
        rewrite();
    }

  private:
    bool tracked(Local local) const {
        return local < body_.locals.size() && body_.locals[local].kind != LocalKind::Capture && dropped_.count(local);
    }

    Path root(Local local) {
        auto [it, inserted] = roots_.try_emplace(local, Path(paths_.size()));
        if (inserted) paths_.push_back({Place{local, {}}, kNoPath, {}, kNoLocal});
        return it->second;
    }

    /// The path of a place that is moved from; kNoPath where moves are the machine's business (through references,
    /// out of list elements).
    Path path_of(const Place& place, bool create) {
        if (!tracked(place.local)) return kNoPath;
        Path path = root(place.local);
        for (const Projection& projection : place.projections) {
            if (!std::holds_alternative<FieldOf>(projection) && !std::holds_alternative<Downcast>(projection))
                return create ? kNoPath : path;
            Path next = kNoPath;
            for (Path child : paths_[path].children)
                if (paths_[child].place.projections.back() == projection) next = child;
            if (next == kNoPath) {
                if (!create) return path;
                next = Path(paths_.size());
                Place sub = paths_[path].place;
                sub.projections.push_back(projection);
                paths_.push_back({std::move(sub), path, {}, kNoLocal});
                paths_[path].children.push_back(next);
            }
            path = next;
        }
        return path;
    }

    void collect_paths() {
        for (const Block& block : body_.blocks)
            if (auto* drop = std::get_if<Drop>(&block.terminator.kind); drop && drop->place.is_local())
                dropped_.insert(drop->place.local);
        for (Local local : dropped_) root(local);
        auto note = [&](const Operand& operand) {
            if (auto* place = moved_place(operand)) path_of(*place, true);
        };
        for (const Block& block : body_.blocks) {
            for (const Statement& s : block.statements) for_each_operand(s, note, [](const Place&) {});
            for_each_operand(block.terminator, note);
            if (auto* select = std::get_if<SelectTerminator>(&block.terminator.kind))
                for (const SelectArm& arm : select->arms) note(arm.value);
        }
    }

    void set(State& state, Path path, bool live) {
        state.set(path, live);
        for (Path child : paths_[path].children) set(state, child, live);
    }
    void moved(State& state, const Operand& operand) {
        auto* place = moved_place(operand);
        Path path = place ? path_of(*place, false) : kNoPath;
        if (path == kNoPath || paths_[path].place.projections.size() != place->projections.size()) return;
        set(state, path, false);
    }
    void written(State& state, const Place& place) {
        Path path = path_of(place, false);
        if (path != kNoPath && paths_[path].place.projections.size() == place.projections.size())
            set(state, path, true);
    }

    /// Runs the block from `state`; `unwinding(state)` sees the state before each thing that may unwind,
    /// `leaving(target, state)` the one on each edge.
    template <typename U, typename L>
    void transfer(const Block& block, State state, U&& unwinding, L&& leaving) {
        for (const Statement& s : block.statements) {
            unwinding(state);
            for_each_operand(
                s, [&](const Operand& o) { moved(state, o); }, [](const Place&) {});
            if (auto* assign = std::get_if<Assign>(&s.kind)) written(state, assign->place);
            if (auto* live = std::get_if<StorageLive>(&s.kind); live && tracked(live->local))
                set(state, root(live->local), false);
        }
        for_each_operand(block.terminator, [&](const Operand& o) { moved(state, o); });
        if (auto* drop = std::get_if<Drop>(&block.terminator.kind)) {
            Path path = path_of(drop->place, false);
            if (path != kNoPath && paths_[path].place.projections.size() == drop->place.projections.size())
                set(state, path, false);
        }
        unwinding(state);
        auto* select = std::get_if<SelectTerminator>(&block.terminator.kind);
        size_t arm = 0;
        for_each_successor(block.terminator, [&](BlockId target, const Place* destination) {
            State edge = state;
            if (select) moved(edge, select->arms[arm++].value);
            if (destination) written(edge, *destination);
            leaving(target, edge);
        });
    }

    void solve() {
        State start(paths_.size());
        for (auto [local, path] : roots_)
            if (body_.locals[local].kind == LocalKind::Parameter) set(start, path, true);
        entry_ = forward_dataflow(
            body_, std::move(start),
            [&](BlockId id, State state, auto&& leaving) {
                const Block& block = body_.blocks[id];
                auto unwinding = [&](const State& s) {
                    if (block.unwind != kNoBlock) leaving(block.unwind, s);
                };
                transfer(block, std::move(state), unwinding, leaving);
            },
            [](State& into, const State& from) { return into.merge(from); });
    }

    /// State just before the block's Drop.
    State before_drop(BlockId id) {
        State state = *entry_[id];
        for (const Statement& s : body_.blocks[id].statements) {
            for_each_operand(
                s, [&](const Operand& o) { moved(state, o); }, [](const Place&) {});
            if (auto* assign = std::get_if<Assign>(&s.kind)) written(state, assign->place);
            if (auto* live = std::get_if<StorageLive>(&s.kind); live && tracked(live->local))
                set(state, root(live->local), false);
        }
        return state;
    }

    bool any_child_dead(const State& state, Path path) {
        for (Path child : paths_[path].children)
            if (state.maybe_dead(child) || any_child_dead(state, child)) return true;
        return false;
    }

    Local flag_of(Path path) {
        if (paths_[path].flag == kNoLocal) {
            LocalDeclaration flag;
            flag.type = type::boolean();
            body_.locals.push_back(flag);
            paths_[path].flag = Local(body_.locals.size() - 1);
            flagged_.push_back(path);
        }
        return paths_[path].flag;
    }

    struct Piece {
        Place place;
        Local flag;
        Path opened = kNoPath;  // an enum that parts of a payload are moved out of: the variant decides what is left
    };
    /// What of `path` may still have to be dropped: it as a whole, or piece by piece when parts are moved out.
    void pieces(const State& state, Path path, std::vector<Piece>& out) {
        if (!any_child_dead(state, path)) {
            if (!state.maybe_live(path)) return;
            out.push_back({paths_[path].place, state.maybe_dead(path) ? flag_of(path) : kNoLocal});
            return;
        }
        Type type = place_type(context_, body_, paths_[path].place);
        const auto& children = paths_[path].children;
        if (std::holds_alternative<Downcast>(paths_[children[0]].place.projections.back())) {
            if (!state.maybe_live(path)) return;
            Path only = children.size() == 1 ? only_part(type, children[0]) : kNoPath;
            if (only != kNoPath && !any_child_dead(state, only)) {
                // Nothing else is lost with the whole, whichever variant it is: it is dropped unless that is gone.
                if (state.maybe_live(only))
                    out.push_back({paths_[path].place, state.maybe_dead(only) ? flag_of(only) : kNoLocal});
                return;
            }
            out.push_back({paths_[path].place, state.maybe_dead(path) ? flag_of(path) : kNoLocal, path});
            return;
        }
        pieces_of_fields(state, path, path, field_types(context_, type), state.maybe_live(path), out);
    }

    /// The path of the one part of this variant that needs a drop, if all of them is moved at once.
    Path only_part(Type type, Path downcast) {
        auto variant = std::get<Downcast>(paths_[downcast].place.projections.back()).variant;
        size_t dropped = 0;
        for (Type field : field_types(context_, type, variant))
            dropped += context_.get<CapabilitiesOf>(field)->needs_drop;
        const auto& parts = paths_[downcast].children;
        return dropped == 1 && parts.size() == 1 ? parts[0] : kNoPath;
    }

    /// `owner` has the fields (a struct, or a variant's payload); `whole` is the path that says whether they
    /// are there; kNoPath: they are.
    void pieces_of_fields(const State& state, Path owner, Path whole, const std::vector<Type>& fields, bool maybe_live,
                          std::vector<Piece>& out) {
        for (uint32_t i = 0; i < fields.size(); ++i) {
            if (!context_.get<CapabilitiesOf>(fields[i])->needs_drop) continue;
            Path part = kNoPath;
            for (Path child : paths_[owner].children)
                if (paths_[child].place.projections.back() == Projection(FieldOf{i})) part = child;
            if (part != kNoPath) {
                pieces(state, part, out);
            } else if (maybe_live) {
                Place field = paths_[owner].place;
                field.projections.push_back(FieldOf{i});
                bool flagged = whole != kNoPath && state.maybe_dead(whole);
                out.push_back({std::move(field), flagged ? flag_of(whole) : kNoLocal});
            }
        }
    }

    void rewrite() {
        size_t block_count = body_.blocks.size();
        for (BlockId id = 0; id < block_count; ++id) {
            auto* drop = std::get_if<Drop>(&body_.blocks[id].terminator.kind);
            if (!drop) continue;
            uint32_t node = body_.blocks[id].terminator.node;
            BlockId target = drop->target;
            Path path = path_of(drop->place, false);
            bool exact = path != kNoPath && paths_[path].place.projections.size() == drop->place.projections.size();
            if (!entry_[id]) {
                body_.blocks[id].terminator = {Goto{target}, node};
                continue;
            }
            if (!exact) continue;
            State state = before_drop(id);
            std::vector<Piece> todo;
            pieces(state, path, todo);
            chain(id, state, todo, target, node);
        }
        set_flags(block_count);
    }

    void chain(BlockId id, const State& state, const std::vector<Piece>& todo, BlockId target, uint32_t node) {
        BlockId current = id;
        for (size_t i = 0; i < todo.size(); ++i) {
            BlockId next = i + 1 < todo.size() ? block_like(id) : target;
            if (todo[i].opened == kNoPath)
                body_.blocks[current].terminator = {Drop{todo[i].place, todo[i].flag, next}, node};
            else open(current, state, todo[i], next, node);
            current = next;
        }
        if (todo.empty()) body_.blocks[id].terminator = {Goto{target}, node};
    }

    BlockId block_like(BlockId id) {
        Block block;
        block.unwind = body_.blocks[id].unwind;
        block.is_cleanup = body_.blocks[id].is_cleanup;
        body_.blocks.push_back(std::move(block));
        return BlockId(body_.blocks.size() - 1);
    }

    /// Of the variants that something is moved out of, the rest is dropped; of the others everything.
    void open(BlockId id, const State& state, const Piece& piece, BlockId target, uint32_t node) {
        if (piece.flag != kNoLocal) {
            BlockId there = block_like(id);
            body_.blocks[id].terminator = {SwitchInteger{Copy{Place{piece.flag, {}}}, {{1, there}}, target}, node};
            id = there;
        }
        LocalDeclaration tag;
        tag.type = type::integer();
        body_.locals.push_back(tag);
        Place variant{Local(body_.locals.size() - 1), {}};
        body_.blocks[id].statements.push_back({Assign{variant, DiscriminantOf{piece.place}}, node});
        SwitchInteger cases{Copy{variant}, {}, block_like(id)};
        body_.blocks[cases.otherwise].terminator = {Drop{piece.place, kNoLocal, target}, node};
        Type type = place_type(context_, body_, piece.place);
        const std::vector<Path> opened = paths_[piece.opened].children;
        const auto variants = context_.get<DefinitionOf>(type->item)->variants;
        for (Path downcast : opened) {
            ItemId item = std::get<Downcast>(paths_[downcast].place.projections.back()).variant;
            auto index = uint64_t(std::find(variants.begin(), variants.end(), item) - variants.begin());
            std::vector<Piece> rest;
            pieces_of_fields(state, downcast, kNoPath, field_types(context_, type, item), true, rest);
            BlockId entry = block_like(id);
            chain(entry, state, rest, target, node);
            cases.targets.emplace_back(index, entry);
        }
        body_.blocks[id].terminator = {std::move(cases), node};
    }

    void set_flag(std::vector<Statement>& out, Path path, bool value, uint32_t node) {
        if (paths_[path].flag != kNoLocal)
            out.push_back({Assign{Place{paths_[path].flag, {}}, Use{Constant{type::boolean(), value}}}, node});
        for (Path child : paths_[path].children) set_flag(out, child, value, node);
    }

    /// Flags follow every move and every write of their path; they begin false, parameters' true.
    void set_flags(size_t block_count) {
        if (flagged_.empty()) return;
        for (BlockId id = 0; id < block_count; ++id) {
            std::vector<Statement> out;
            auto on_move = [&](const Operand& o, uint32_t node) {
                auto* place = moved_place(o);
                Path path = place ? path_of(*place, false) : kNoPath;
                if (path != kNoPath && paths_[path].place.projections.size() == place->projections.size())
                    set_flag(out, path, false, node);
            };
            auto on_write = [&](const Place& place, uint32_t node) {
                Path path = path_of(place, false);
                if (path != kNoPath && paths_[path].place.projections.size() == place.projections.size())
                    set_flag(out, path, true, node);
            };
            if (id == 0)
                for (Path path : flagged_) {
                    bool parameter = body_.locals[paths_[path].place.local].kind == LocalKind::Parameter;
                    out.push_back({Assign{Place{paths_[path].flag, {}}, Use{Constant{type::boolean(), parameter}}}, 0});
                }
            for (Statement& s : body_.blocks[id].statements) {
                uint32_t node = s.node;
                std::vector<Operand> operands;
                for_each_operand(
                    s, [&](const Operand& o) { operands.push_back(o); }, [](const Place&) {});
                std::optional<Place> target;
                if (auto* assign = std::get_if<Assign>(&s.kind)) target = assign->place;
                out.push_back(std::move(s));
                for (const Operand& o : operands) on_move(o, node);
                if (target) on_write(*target, node);
            }
            Terminator& terminator = body_.blocks[id].terminator;
            // The callee owns its arguments from here on: flags fall before the call, so unwinding sees them.
            for_each_operand(terminator, [&](const Operand& o) { on_move(o, terminator.node); });
            body_.blocks[id].statements = std::move(out);
            edge_flags(id);
        }
    }

    /// Destinations and select's sent values change flags on their edge: in a block of its own where a flag needs it.
    void edge_flags(BlockId id) {
        Terminator terminator = body_.blocks[id].terminator;
        auto redirect = [&](BlockId& target, const Place* written_place, const Operand* sent) {
            std::vector<Statement> out;
            if (sent)
                if (auto* place = moved_place(*sent))
                    if (Path path = path_of(*place, false); path != kNoPath)
                        set_flag(out, path, false, terminator.node);
            if (written_place)
                if (Path path = path_of(*written_place, false);
                    path != kNoPath && paths_[path].place.projections.size() == written_place->projections.size())
                    set_flag(out, path, true, terminator.node);
            if (out.empty() || target == kNoBlock) return;
            Block edge;
            edge.statements = std::move(out);
            edge.terminator = {Goto{target}, terminator.node};
            edge.is_cleanup = body_.blocks[id].is_cleanup;
            body_.blocks.push_back(std::move(edge));
            target = BlockId(body_.blocks.size() - 1);
        };
        if (auto* call = std::get_if<CallTerminator>(&terminator.kind))
            redirect(call->target, &call->destination, nullptr);
        else if (auto* await = std::get_if<AwaitTerminator>(&terminator.kind))
            redirect(await->target, &await->destination, nullptr);
        else if (auto* yield = std::get_if<YieldTerminator>(&terminator.kind))
            redirect(yield->target, &yield->destination, nullptr);
        else if (auto* select = std::get_if<SelectTerminator>(&terminator.kind))
            for (SelectArm& arm : select->arms) redirect(arm.target, &arm.destination, &arm.value);
        else return;
        body_.blocks[id].terminator = std::move(terminator);
    }

    QueryContext& context_;
    MirBody& body_;
    std::vector<MovePath> paths_;
    std::map<Local, Path> roots_;
    std::set<Local> dropped_;
    std::vector<std::optional<State>> entry_;
    std::vector<Path> flagged_;
};

}  // namespace

void elaborate_drops(QueryContext& context, MirBody& body) { Elaboration(context, body).run(); }

}  // namespace braid::mir
