#include "analyzer/semantics/altru/builder.h"
#include "analyzer/semantics/list_edits.h"

namespace braid::altru_semantics {

using namespace hir;

ExprId BodyBuilder::check_statement(const ast::Statement& s) {
    uint32_t node = node_of(s);
    switch (s.kind()) {
        case Kind::LetStmt: return check_let(s.as<ast::LetStmt>());
        case Kind::ExprStmt: return check_discarding(s.as<ast::ExprStmt>().expression());
        case Kind::AssignStmt: return check_assign(s.as<ast::AssignStmt>());
        case Kind::SendStmt: return check_send(s.as<ast::SendStmt>());
        case Kind::ReturnStmt: return check_return(s.as<ast::ReturnStmt>());
        case Kind::BreakStmt: return check_break(true, node);
        case Kind::ContinueStmt: return check_break(false, node);
        case Kind::WhileStmt: return check_while(s.as<ast::WhileStmt>());
        case Kind::ForStmt: return check_for(s.as<ast::ForStmt>());
        case Kind::LoopStmt: return check_loop(s.as<ast::LoopStmt>());
        case Kind::SelectStmt: return check_select(s.as<ast::SelectStmt>());
        case Kind::GoStmt: return check_go(s.as<ast::GoStmt>());
        default: return error_expr(node);
    }
}

/// A value nobody looks at: futures that never run are the checks' business, results that must be looked at are ours.
void BodyBuilder::check_discarded(ExprId value, uint32_t node) {
    Type t = type_of(value);
    if (std::holds_alternative<Binary>(expr(value).data)) return report_dropped_operator(node);
    auto* call = std::get_if<Call>(&expr(value).data);
    ItemId callee = ItemId::None;
    if (call) {
        if (auto* direct = std::get_if<DirectCallee>(&call->callee)) callee = direct->function;
        if (auto* message = std::get_if<MessageCallee>(&call->callee)) callee = message->method;
    }
    bool must_use = false;
    std::string what;
    if (callee != ItemId::None) {
        auto signature = context_.get<SignatureOf>(callee);
        if (auto* instead = find_attribute(signature->attributes, "discarded")) {
            ItemId other = find_child(context_, parent_of(callee), Name(instead->arguments.at(0)), ItemKind::Function);
            std::get<DirectCallee>(call->callee).function = other;
            expr(value).type = type::unit();
            return;
        }
        if (find_attribute(signature->attributes, "may_ignore")) return;
        must_use = find_attribute(signature->attributes, "must_use");
        what = "the result of `" + std::string(name_of(callee).text()) + "`";
    }
    if (t->is(TypeKind::Nominal) && t->item != Known::get().future) {
        bool of_type = find_attribute(context_.get<DefinitionOf>(t->item)->attributes, "must_use");
        if (of_type && what.empty()) what = "this `" + std::string(name_of(t->item).text()) + "`";
        must_use = must_use || of_type;
    }
    if (!must_use || std::holds_alternative<ErrorExpr>(expr(value).data)) return;
    auto& d = error(DiagnosticCode::UnusedResult, node, what + " must be looked at");
    if (is_nominal(t, Known::get().result))
        d.message += "; handle its `Err`, pass it on with `?`, or drop it with `let _ = …`";
    else if (t->is(TypeKind::Nominal) && t->item == Known::get().mutex_guard)
        d.message += "; the lock is released at once";
}

/// `n == 2` as a statement: computed and dropped, and perhaps meant to be an assignment.
void BodyBuilder::report_dropped_operator(uint32_t node) {
    auto binary = ast::BinaryExpr::cast(tree_.element(node).as_node());
    SyntaxToken sign = binary ? binary.operator_token() : SyntaxToken();
    if (!sign) return;
    bool is_equality = binary.op() == Kind::EqualEqual;
    auto& d =
        error(DiagnosticCode::UnusedResult, node,
              "the result of `" + std::string(sign.text()) + "` is dropped" + (is_equality ? "; `=` assigns" : ""));
    if (is_equality)
        d.fixes.push_back({"Assign with `=`", {{{item_, node_of(sign)}, ItemDiagnostic::FixEdit::Replace, "="}}});
}

ExprId BodyBuilder::check_let(const ast::LetStmt& s) {
    uint32_t node = node_of(s);
    Type annotated = s.type() ? types_.lower(s.type()) : nullptr;
    ExprId initializer = ExprId::None;
    Type t = annotated ? annotated : nullptr;
    uint32_t value_node = node;
    if (s.value()) {
        value_node = node_of(s.value());
        initializer = check(s.value(), annotated);
        if (annotated) initializer = coerce(initializer, annotated, value_node);
        else t = type_of(initializer);
        if (!annotated && t->is(TypeKind::Never)) t = fresh(node);
    } else if (s.token(Kind::Equal)) {  // a value that is not there, or no expression: that has been said
        initializer = error_expr(node);
        if (!t) t = type_of(initializer);
    }
    if (!t) t = fresh(node);
    select_deferred();
    ExprId otherwise = ExprId::None;
    if (ast::ElseClause else_clause = s.else_clause()) {
        bool before = diverges_;
        otherwise = check_block(else_clause.block(), nullptr, false);
        if (!diverges_)
            error(DiagnosticCode::TypeMismatch, node_of(else_clause),
                  "the `else` of a `let` has to leave: `return`, `break`, `continue` or `panic`");
        diverges_ = before;
    }
    PatternContext context;
    bool whole = !s.pattern() || s.pattern().kind() == Kind::NamePattern || s.pattern().kind() == Kind::WildcardPattern;
    if (!whole && initializer != ExprId::None) {
        initializer = prepare_scrutinee(initializer, context);
        t = type_of(initializer);
    }
    size_t first = body().locals.size();
    PatternId pattern = check_pattern(s.pattern(), t, context);
    report_bound_twice(first);
    for (size_t i = first; i < body().locals.size(); ++i) warn_unused_.insert(uint32_t(i));
    if (s.pattern() && s.pattern().kind() == Kind::WildcardPattern && initializer != ExprId::None) {
        if (is_guard(context_, type_of(initializer)))
            error(DiagnosticCode::UnusedResult, node,
                  "`let _` releases the lock at once; give the guard a name to hold it");
    }
    if (otherwise == ExprId::None && !is_irrefutable(pattern)) {
        defer([this, pattern, at = node_of(s.pattern()), t](bool last) {
            if (table_.resolve(t)->has(TypeHasInference) && !last) return false;
            pending_lets_.push_back({pattern, at});
            return true;
        });
    }
    return emit(Let{pattern, initializer, otherwise}, type::unit(), node);
}

ExprId BodyBuilder::assign_target(const ast::Expression& e, bool) {
    uint32_t node = node_of(e);
    size_t before_resolutions = body().resolutions.size();
    ExprId target = check(e);
    for (size_t i = before_resolutions; i < body().resolutions.size(); ++i)
        if (body().resolutions[i].node == node || i + 1 == body().resolutions.size())
            body().resolutions[i].is_write = true;
    if (auto* local = std::get_if<LocalRef>(&expr(target).data)) {
        --local_reads_[uint32_t(local->local)];
        LocalInfo& info = body().locals[uint32_t(local->local)];
        // `x = v` where x is a `&mut T` parameter or loop variable writes through it when v is a T.
        info.is_reassigned = true;
        return target;
    }
    if (auto* deref_expr = std::get_if<hir::Deref>(&expr(target).data)) {
        if (auto* call = std::get_if<Call>(&expr(deref_expr->reference).data)) {
            auto* direct = std::get_if<DirectCallee>(&call->callee);
            bool map_index = direct && file_of(direct->function) == file_of(Known::get().map) &&
                             name_of(direct->function).text() == "index" && call->arguments.size() == 2;
            if (map_index) {
                ExprId base = call->arguments[0], key = call->arguments[1];
                if (auto* lent = std::get_if<Borrow>(&expr(base).data)) base = lent->place;
                if (auto* lent = std::get_if<Borrow>(&expr(key).data); lent && lent->is_implicit) key = lent->place;
                else key = deref(key, node);
                return emit(Index{base, key}, type_of(target), node);
            }
        }
    }
    if (!is_place(target) && !std::holds_alternative<ErrorExpr>(expr(target).data))
        error(DiagnosticCode::AssignToImmutable, node, "this is a value, not a place that can be assigned to");
    return target;
}

ExprId BodyBuilder::check_assign(const ast::AssignStmt& s) {
    uint32_t node = node_of(s);
    struct Compound {
        Kind kind, op;
    };
    static constexpr Compound kCompound[] = {
        {Kind::PlusEqual, Kind::Plus},           {Kind::MinusEqual, Kind::Minus},
        {Kind::StarEqual, Kind::Star},           {Kind::SlashEqual, Kind::Slash},
        {Kind::PercentEqual, Kind::Percent},     {Kind::AmpEqual, Kind::Amp},
        {Kind::PipeEqual, Kind::Pipe},           {Kind::CaretEqual, Kind::Caret},
        {Kind::ShiftLeftEqual, Kind::ShiftLeft}, {Kind::ShiftRightEqual, Kind::ShiftRight}};
    const Compound* compound = nullptr;
    for (const Compound& c : kCompound)
        if (c.kind == s.op()) compound = &c;
    if (!compound) {
        if (auto name = s.target().as<ast::PathExpr>(); name && name.text() == "_") {
            ExprId value = check(s.value());
            return emit(Let{emit_pattern(WildcardPattern{}, type_of(value), node), value, ExprId::None}, type::unit(),
                        node);
        }
        if (auto name = s.target().as<ast::PathExpr>(); name && binds_by_assigning(name))
            return assign_unbound(s, name);
        if (auto tuple = s.target().as<ast::TupleExpr>()) return assign_tuple(tuple, s.value(), node);
        ExprId target = assign_target(s.target(), false);
        Type t = type_of(target);
        ExprId value = check(s.value(), t);
        // `x = v` with `x: &mut T` writes through the borrow when `v` is a T.
        if (t->is(TypeKind::Reference) && t->has(TypeMutable) && !type_of(value)->is(TypeKind::Reference)) {
            auto before = table_.snapshot();
            if (auto coerced = try_coerce(value, t->element(), node_of(s.value())))
                return emit(Assign{deref(target, node_of(s.target())), *coerced}, type::unit(), node);
            table_.rollback(before);
        }
        value = coerce(value, t, node_of(s.value()));
        return emit(Assign{target, value}, type::unit(), node);
    }
    ExprId target = assign_target(s.target(), true);
    while (type_of(target)->is(TypeKind::Reference)) target = deref(target, node_of(s.target()));
    Type t = type_of(target);
    ExprId value = check_value(s.value(), wanted_operand(compound->op, t));
    if (auto own = overloaded_assignment(compound->op, target, value, node)) return *own;
    size_t errors = body().diagnostics.size();
    ExprId combined = arithmetic(compound->op, target, value, node);
    if (auto* binary = std::get_if<Binary>(&expr(combined).data)) {
        Binary parts = *binary;
        ExprId id = emit(CompoundAssign{parts.op, target, parts.right}, type::unit(), node);
        if (table_.is_variable(t)) {
            ExprId probe = combined;  // what a later look at the types makes of the operator counts here too
            look_at_end([this, id, probe] {
                std::get<CompoundAssign>(expr(id).data).op = std::get<Binary>(expr(probe).data).op;
            });
        }
        return id;
    }
    if (body().diagnostics.size() > errors || std::holds_alternative<ErrorExpr>(expr(combined).data))
        return error_expr(node);
    return emit(Assign{target, combined}, type::unit(), node);  // an operator of the type's own
}

/// `total = 0` where nothing of that name, or nearly that name, is there: a binding as other languages write it.
bool BodyBuilder::binds_by_assigning(const ast::PathExpr& target) {
    auto segments = target.segments();
    if (segments.size() != 1 || segments[0].text() == "self") return false;
    Name name(segments[0].text());
    if (find_local(name) || lookup_name(context_, scope_item_, name, Want::Value) != ItemId::None) return false;
    std::vector<std::string> candidates;
    for (const auto& [known, local] : scope_) candidates.emplace_back(known.text());
    return name.text().size() < 3 || nearest_name(std::string(name.text()), candidates).empty();
}

ExprId BodyBuilder::assign_unbound(const ast::AssignStmt& s, const ast::PathExpr& target) {
    uint32_t node = node_of(s), at = node_of(target.segments()[0]);
    std::string name(target.segments()[0].text());
    ExprId value = check_value(s.value());
    size_t before = body().diagnostics.size();
    report_unresolved_name(target.segments()[0], false);
    if (body().diagnostics.size() > before && body().diagnostics[before].code == DiagnosticCode::UnresolvedName) {
        ItemDiagnostic& d = body().diagnostics[before];
        d.message =
            "there is no name `" + name + "` here; `let " + name + " = …` binds one, `let mut` one that changes";
        d.fixes = {{"Bind it with `let mut`", {{{item_, node}, ItemDiagnostic::FixEdit::InsertBefore, "let mut "}}}};
    }
    LocalId local = declare(Name(name), type::error(), at, true);  // what follows is not reported again
    PatternId pattern = emit_pattern(BindPattern{local, BindMode::Value}, type::error(), at);
    return emit(Let{pattern, value, ExprId::None}, type::unit(), node);
}

/// `(a, b) = (b, a)`: the values first, then the assignments.
ExprId BodyBuilder::assign_tuple(const ast::TupleExpr& targets, const ast::Expression& value, uint32_t node) {
    ExprId source = check(value);
    std::vector<Type> parts;
    for (size_t i = 0; i < targets.elements().size(); ++i) parts.push_back(fresh(node));
    Type t = type::tuple(parts);
    source = coerce(source, t, node_of(value));
    LocalId held = declare({}, t, node, false);
    Block block{{}, ExprId::None};
    PatternId pattern = emit_pattern(BindPattern{held, BindMode::Value}, t, node);
    block.statements.push_back(emit(Let{pattern, source, ExprId::None}, type::unit(), node));
    uint32_t index = 0;
    for (const ast::Expression& target : targets.elements()) {
        ExprId part = emit(Field{emit(LocalRef{held}, t, node), index}, parts[index], node);
        ++index;
        if (target.text() == "_") continue;
        ExprId place = assign_target(target, false);
        block.statements.push_back(
            emit(Assign{place, coerce(part, type_of(place), node_of(target))}, type::unit(), node));
    }
    return emit(std::move(block), type::unit(), node);
}

/// `ch <- value`
ExprId BodyBuilder::check_send(const ast::SendStmt& s) {
    uint32_t node = node_of(s);
    const Known& known = Known::get();
    ExprId channel = auto_deref(check(s.channel()));
    Type t = type_of(channel);
    if (!is_nominal(t, known.channel) && !is_nominal(t, known.sender)) {
        check(s.value());
        if (!t->is(TypeKind::Error))
            error(DiagnosticCode::TypeMismatch, node_of(s.channel()),
                  "`<-` sends to a channel, not to `" + show(t) + "`");
        return error_expr(node);
    }
    ExprId value = check_argument(s.value(), t->arguments[0], true, false, false);
    return call_std_method(t->item, "send", channel, {value}, node);
}

ExprId BodyBuilder::coerce_result(ExprId value, uint32_t node) {
    Type wanted = table_.shallow(function().result);
    const Known& known = Known::get();
    if (function().is_async && !is_nominal(wanted, known.future)) {
        Type t = type_of(value);
        if (is_nominal(t, known.future)) value = emit(Await{value}, t->arguments[0], node);
    }
    return coerce(value, wanted, node);
}

ExprId BodyBuilder::return_value(const ast::Expression& e, uint32_t) {
    bool tail = in_tail_;
    in_tail_ = false;
    function().saw_return_value = true;
    ExprId value = check(e, function().result);
    value = coerce_result(value, node_of(e));
    in_tail_ = tail;
    return value;
}

ExprId BodyBuilder::check_return(const ast::ReturnStmt& s) {
    uint32_t node = node_of(s);
    ExprId value = ExprId::None;
    if (s.value()) {
        value = return_value(s.value(), node);
    } else {
        Type wanted = table_.shallow(function().result);
        if (wanted->is(TypeKind::Inference)) table_.unify(wanted, type::unit());
        else if (!wanted->is(TypeKind::Unit) && !wanted->is(TypeKind::Error) && !wanted->is(TypeKind::Never))
            error(DiagnosticCode::TypeMismatch, node, "`return` needs a value of type `" + show(wanted) + "` here");
    }
    diverges_ = true;
    return emit(Return{value}, type::never(), node);
}

ExprId BodyBuilder::check_break(bool is_break, uint32_t node) {
    auto& loops = function().loops;
    if (loops.empty()) {
        auto& d = error(DiagnosticCode::BreakOutsideLoop, node,
                        std::string("`") + (is_break ? "break" : "continue") + "` stands outside of a loop");
        bool ends_function = functions_.size() > 1 || kind_of(item_) == ItemKind::Function;
        if (ends_function && table_.shallow(function().result)->is(TypeKind::Unit))
            d.fixes.push_back({"Write `return`", {{d.location, ItemDiagnostic::FixEdit::Replace, "return"}}});
        return error_expr(node);
    }
    diverges_ = true;
    if (is_break) {
        loops.back().has_break = true;
        return emit(Break{loops.back().id, ExprId::None}, type::never(), node);
    }
    return emit(Continue{loops.back().id}, type::never(), node);
}

ExprId BodyBuilder::check_while(const ast::WhileStmt& s) {
    uint32_t node = node_of(s);
    ExprId id = error_expr(node);  // filled in below: `break` names it
    auto mark = open_scope();
    bool before = diverges_;
    ExprId condition = check_condition(s.condition());
    function().loops.push_back({id});
    check_contracts(s.body().contracts(), id);
    ExprId body_id = check_block(s.body(), nullptr, false);
    bool has_break = function().loops.back().has_break;
    function().loops.pop_back();
    diverges_ = before;
    close_scope(mark);
    auto* literal = std::get_if<BoolLiteral>(&expr(condition).data);
    if (literal && literal->value) condition = ExprId::None;  // `while true` is `loop`
    expr(id).data = Loop{condition, body_id, ExprId::None};
    expr(id).type = condition == ExprId::None && !has_break ? type::never() : type::unit();
    diverges_ = before || expr(id).type->is(TypeKind::Never);
    return id;
}

ExprId BodyBuilder::check_loop(const ast::LoopStmt& s) {
    uint32_t node = node_of(s);
    ExprId id = error_expr(node);
    bool before = diverges_;
    function().loops.push_back({id});
    check_contracts(s.body().contracts(), id);
    ExprId body_id = check_block(s.body(), nullptr, false);
    bool ends = function().loops.back().has_break;
    function().loops.pop_back();
    diverges_ = before || !ends;
    expr(id).data = Loop{ExprId::None, body_id, ExprId::None};
    expr(id).type = ends ? type::unit() : type::never();
    return id;
}

ExprId BodyBuilder::check_for(const ast::ForStmt& s) {
    uint32_t node = node_of(s);
    const Known& known = Known::get();
    ExprId id = error_expr(node);
    bool before = diverges_;
    ast::Expression written = s.iterable();
    ExprId iterable;
    bool gives = s.is_move();
    iterable = check(written);
    select_deferred();
    For loop{PatternId::None, iterable, ExprId::None, Iteration::List, ItemId::None};
    auto mark = open_scope();
    uint32_t at = node_of(written);
    // What `for x in &mut xs` and guards lead to.
    bool is_mutable = type_of(iterable)->is(TypeKind::Reference) && type_of(iterable)->has(TypeMutable);
    bool borrowed = type_of(iterable)->is(TypeKind::Reference);
    ExprId place = iterable;
    auto iterates = [&](Type t) {
        return t->is(TypeKind::List) || t->is(TypeKind::Array) || t->is(TypeKind::String) || is_nominal(t, known.map) ||
               is_nominal(t, known.set) || is_nominal(t, known.range) || is_nominal(t, known.receiver) ||
               is_nominal(t, known.channel) || t->is(TypeKind::Error);
    };
    while (!iterates(type_of(place))) {
        auto next = deref_step(place);
        if (!next) break;
        place = *next;
    }
    Type t = traits_.normalize(type_of(place));
    PatternContext context;
    Type element = type::error();
    size_t first_local = body().locals.size();
    auto give_list = [&](ExprId list) {  // owned: reversed, then popped
        ItemId rev = ItemId::None, pop = ItemId::None;
        for (const auto& c : *context_.get<MethodsNamed>(Name("rev")))
            if (file_of(c.function) == file_of(std_module("list"))) rev = c.function;
        for (const auto& c : *context_.get<MethodsNamed>(Name("pop")))
            if (file_of(c.function) == file_of(std_module("list"))) pop = c.function;
        Type list_type = type_of(list);
        loop.iterable = emit(Call{DirectCallee{rev, {list_type->element()}, nullptr}, {list}}, list_type, at);
        loop.iteration = Iteration::ListMove;
        loop.next = pop;
        element = list_type->element();
    };
    auto lend_list = [&](ExprId list) {
        loop.iterable = list;
        loop.iteration = Iteration::List;
        element = type_of(list)->element();
    };
    if (t->is(TypeKind::List) || t->is(TypeKind::Array)) {
        bool copies = traits_.is_copy(t->element());
        bool temporary = !is_place(place) && !borrowed;
        if (is_mutable) {
            loop.iterable = place;
            loop.iteration = Iteration::ListMutable;
            element = t->element();
            context.by_reference = context.mutable_reference = true;
        } else if ((gives || (temporary && !copies)) && t->is(TypeKind::List)) {
            give_list(place);
        } else {
            lend_list(place);
            context.by_reference = true;
        }
        if (temporary && !copies && !gives && t->is(TypeKind::List)) given_from_temporary_ = true;
    } else if (is_nominal(t, known.range)) {
        element = t->arguments[0];
        bool literal = std::holds_alternative<hir::Range>(expr(place).data);
        if (literal) {
            loop.iterable = place;
            loop.iteration = Iteration::Range;
            Type number = table_.shallow(element);
            if (number->is(TypeKind::Float))
                error(DiagnosticCode::TypeMismatch, at, "a range of floats has no next value");
        } else {
            close_scope(mark);
            return for_user_iterator(s, call_std_method(known.range, "iter", place, {}, at), id);
        }
    } else if (is_nominal(t, known.map)) {
        std::string_view method = gives                              ? "into_entries"
                                  : is_mutable                       ? "entries_mut"
                                  : traits_.is_copy(t->arguments[1]) ? "entries_copied"
                                                                     : "entries";
        ExprId entries = call_std_method(known.map, method, place, {}, at);
        if (type_of(entries)->is(TypeKind::List)) give_list(entries);
    } else if (is_nominal(t, known.set)) {
        ExprId values = call_std_method(known.set, "to_list", place, {}, at);
        if (type_of(values)->is(TypeKind::List)) {
            if (traits_.is_copy(t->arguments[0])) lend_list(values), context.by_reference = true;
            else give_list(values);
        }
    } else if (t->is(TypeKind::String)) {
        ExprId values = call_std_method(std_module("string"), "chars", place, {}, at);
        lend_list(values);
        context.by_reference = true;
    } else if (is_nominal(t, known.receiver) || is_nominal(t, known.channel)) {
        loop.iterable = place;
        loop.iteration = Iteration::Channel;
        auto target = find_method_on(t, Name("recv"));
        loop.next = target ? target->function : ItemId::None;
        element = t->arguments[0];
    } else if (t->is(TypeKind::Error)) {
        loop.iterable = place;
    } else if (!t->is(TypeKind::Inference) &&
               traits_.satisfies(t, type::nominal(known.trait_iterator)) == TraitSolver::Answer::Yes) {
        close_scope(mark);
        return for_user_iterator(s, place, id);
    } else {
        bool number =
            t->is(TypeKind::Integer) || (t->is(TypeKind::Inference) && table_.kind_of(t) == VariableKind::Integer);
        if (t->is(TypeKind::Inference) && !number)
            error(DiagnosticCode::AnnotationNeeded, at,
                  "the type of this value is not known yet; write it where it is bound");
        else if (number)
            error(DiagnosticCode::TypeMismatch, at,
                  "`for` cannot walk over a number; `0.." + std::string(written.text()) + "` counts");
        else error(DiagnosticCode::TypeMismatch, at, "`for` cannot walk over `" + show(t) + "`");
    }
    bool names_whole = s.pattern() && s.pattern().kind() == Kind::NamePattern;
    if (names_whole) {
        auto name = s.pattern().as<ast::NamePattern>();
        Type bound = element;
        Type known_element = table_.resolve(element);
        bool copies = traits_.is_copy(known_element) && !known_element->is(TypeKind::Error);
        if (context.by_reference && (context.mutable_reference || (!copies && !known_element->is(TypeKind::Error))))
            bound = type::reference(element, context.mutable_reference);
        if (name.name()) {
            PatternContext plain;
            loop.pattern = bind_name(name.name(), name.is_mut(), bound, plain);
        } else {
            loop.pattern = emit_pattern(ErrorPattern{}, type::error(), node);
        }
    } else {
        size_t first_bound = body().locals.size();
        loop.pattern = check_pattern(s.pattern(), element, context);
        report_bound_twice(first_bound);
        if (!is_irrefutable(loop.pattern))
            error(DiagnosticCode::NonExhaustiveMatch, node_of(s.pattern()),
                  "the pattern of a `for` has to match every element");
    }
    if (given_from_temporary_)
        for (size_t i = first_local; i < body().locals.size(); ++i) lendable_.insert(uint32_t(i));
    given_from_temporary_ = false;
    function().loops.push_back({id});
    check_contracts(s.body().contracts(), id);
    loop.body = check_block(s.body(), nullptr, false);
    function().loops.pop_back();
    diverges_ = before;
    close_scope(mark);
    expr(id).data = loop;
    expr(id).type = type::unit();
    return id;
}

/// `for p in iterator`: `loop: match iterator.next(): Some(p) => body, None => break`.
ExprId BodyBuilder::for_user_iterator(const ast::ForStmt& s, ExprId iterable, ExprId id) {
    uint32_t node = node_of(s);
    const Known& known = Known::get();
    bool before = diverges_;
    Type t = type_of(iterable);
    auto mark = open_scope();
    Block outer{{}, ExprId::None};
    ExprId subject = iterable;
    if (!is_place(iterable) || s.is_move() || !is_behind_reference(iterable)) {
        LocalId held = declare({}, t, node, true);
        PatternId bind = emit_pattern(BindPattern{held, BindMode::Value}, t, node);
        outer.statements.push_back(emit(Let{bind, iterable, ExprId::None}, type::unit(), node));
        subject = emit(LocalRef{held}, t, node);
    }
    ExprId step = call_std_method(ItemId::None, "next", subject, {}, node);
    Type element = fresh(node);
    table_.unify(type_of(step), option_of(element));
    PatternId pattern = check_pattern(s.pattern(), element, {});
    PatternId some = emit_pattern(VariantPattern{known.some, {pattern}}, option_of(element), node);
    PatternId none = emit_pattern(WildcardPattern{}, option_of(element), node);
    function().loops.push_back({id});
    check_contracts(s.body().contracts(), id);
    ExprId body_id = check_block(s.body(), nullptr, false);
    function().loops.pop_back();
    ExprId leave = emit(Break{id, ExprId::None}, type::never(), node);
    ExprId match = emit(Match{step, {{some, ExprId::None, body_id}, {none, ExprId::None, leave}}}, type::unit(), node);
    expr(id).data = Loop{ExprId::None, match, ExprId::None};
    expr(id).type = type::unit();
    diverges_ = before;
    close_scope(mark);
    outer.statements.push_back(id);
    return emit(std::move(outer), type::unit(), node);
}

}  // namespace braid::altru_semantics
