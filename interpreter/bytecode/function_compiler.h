#pragma once
#include <functional>
#include <string>
#include <vector>

#include "interpreter/bytecode/assembler.h"
#include "interpreter/bytecode/instances.h"

namespace braid::bytecode {

/// Compiles one MIR body. Every MIR local has a register of its own; temporaries of a statement come after them.
/// Private to the library.
class FunctionCompiler {
  public:
    FunctionCompiler(Instances& instances, Function& function, const mir::MirBody& body);
    void run();

  private:
    /// A value in a register.
    struct Value {
        Virtual reg = kNoRegister;
        Repr repr = Repr::Unit;
        const TypeDescriptor* type = nullptr;
    };
    /// Where a place is, after its projections were walked.
    struct Location {
        enum Kind : uint8_t { Register, Slot, Address, Element } kind = Register;
        Virtual base = kNoRegister;   // Register: itself; Slot: object; Address: reference; Element: list
        Virtual index = kNoRegister;  // Element
        uint16_t slot = 0;            // Slot
        Repr stored = Repr::Unit;     // how the word lies there
        const TypeDescriptor* type = nullptr;
        const VariantDescriptor* variant = nullptr;  // after a Downcast
    };
    struct LocalInfo {
        const TypeDescriptor* type = nullptr;
        Virtual reg = kNoRegister;
        bool cell = false;
    };

    // function_compiler.cpp
    void prologue();
    void compile_block(mir::BlockId id);
    void find_lent_handles();
    void statement(const mir::Statement& s);
    void debug_tables();
    bool boxed() const { return function_.policy == SlotPolicy::Boxed; }
    const TypeDescriptor* describe(Type type) {
        return instances_.describe(instances_.substitute_in(function_, type), function_.policy);
    }
    Type substituted(Type type) { return instances_.substitute_in(function_, type); }
    std::vector<Type> substituted(const std::vector<Type>& types);
    Place here() const { return {body_.item, node_}; }
    void fail(std::string message) { instances_.fail(here(), std::move(message)); }
    Virtual temp(Repr repr) { return asm_.new_register(is_traced(repr)); }
    void emit(Opcode op, std::initializer_list<uint32_t> operands = {}) { asm_.emit(op, operands); }

    // places.cpp
    Location location(const mir::Place& place);
    Location local_location(mir::Local local);
    Value load(const Location& from);
    Virtual object_of(const Location& from);  // load of a pointer
    void store(const Location& to, Value value);
    Virtual target(const Location& to, Repr repr);  // where to compute a value that will be stored
    /// A temporary whose address is taken gets its cell when it is written: flow makes no StorageLive for it.
    bool has_fresh_cell(const mir::Place& place) const;
    void renew_cell(const mir::Place& place);
    void borrow(const Location& to, const mir::Place& place);
    Repr slot_repr(const TypeDescriptor* type) const {
        return boxed() && type->repr != Repr::Reference ? Repr::Boxed : type->repr;
    }
    Value read_place(const mir::Place& place, bool copies);
    const TypeDescriptor* type_of(const mir::Place& place);

    // operands.cpp
    Value operand(const mir::Operand& operand, const TypeDescriptor* wanted = nullptr);
    Value constant(const mir::Constant& c, const TypeDescriptor* wanted);
    const TypeDescriptor* type_of(const mir::Operand& operand);
    Virtual as(Value value, Repr repr);
    void convert_into(Virtual to, Repr repr, Value value);
    Virtual boxed_operand(const mir::Operand& o);
    void note_path(const mir::Operand& operand);

    // rvalues.cpp, operators.cpp, conversions.cpp
    void assign(const Location& to, const mir::Rvalue& value);
    void aggregate(const Location& to, const mir::AggregateOf& a);
    void boxed_aggregate(const Location& to, const mir::AggregateOf& a);
    void record(const Location& to, const mir::AggregateOf& a);
    void list_with_spread(Virtual list, const TypeDescriptor* element, const std::vector<mir::Operand>& operands,
                          const std::vector<bool>& spread);
    void discriminant(const Location& to, const mir::DiscriminantOf& d);
    void repeat(const Location& to, const mir::RepeatOf& r);
    void range(const Location& to, const mir::RangeOf& r);
    void closure(const Location& to, const mir::ClosureOf& c);
    void interpolate(const Location& to, const mir::InterpolateOf& i);
    Virtual shown(Value value, const std::string& format);
    void element_of(const Location& to, const mir::ElementOf& e);
    void length(const Location& to, const mir::Place& place);
    void slice(const Location& to, const mir::SliceOf& s);
    void type_test(const Location& to, const mir::TypeTestOf& t);
    void unary(const Location& to, const mir::UnaryOperation& u);
    void binary(const Location& to, const mir::BinaryOperation& b);
    void arithmetic(const Location& to, hir::BinaryOp op, Value left, Value right);
    void comparison(const Location& to, hir::BinaryOp op, Value left, Value right);
    bool fused_branch(const mir::BinaryOperation& b, Label when_true, Label when_false, bool when_true_is_elsewhere);
    void conversion(const Location& to, const mir::Conversion& c);
    void unwrap(const Location& to, Value value, const TypeDescriptor* type);
    void set_element(const mir::SetElement& s);

    // terminators.cpp, calls.cpp
    void terminator(const mir::Block& block, mir::BlockId id);
    void jump_to(mir::BlockId target);
    Label edge_to(mir::BlockId target);
    void switch_integer(const mir::SwitchInteger& s);
    void drop(const mir::Drop& d);
    void drop_entry(const TypeDescriptor& map, Virtual object, Virtual key);
    void assert_(const mir::AssertTerminator& a);
    void select(const mir::SelectTerminator& s);
    void return_();
    void call(const mir::CallTerminator& c);
    void await(const mir::AwaitTerminator& a);
    void go(const mir::CallTerminator& c);
    void direct_call(const mir::CallTerminator& c, const hir::DirectCallee& callee);
    void new_object(const mir::CallTerminator& c, const hir::DirectCallee& callee);
    void virtual_call(const mir::CallTerminator& c, const hir::VirtualCallee& callee);
    void value_call(const mir::CallTerminator& c);
    void message_call(const mir::CallTerminator& c, const hir::MessageCallee& callee);
    const Function* resolve(const hir::DirectCallee& callee, const std::vector<mir::Operand>& arguments,
                            std::vector<Virtual>* registers);
    std::vector<Virtual> argument_registers(const Function& callee, const std::vector<mir::Operand>& arguments);
    Virtual argument_list(const std::vector<mir::Operand>& arguments, const std::vector<bool>& spread);
    void finish_call(const mir::Place& destination, mir::BlockId target, const TypeDescriptor* result, Repr repr,
                     const std::function<void(Virtual)>& emit_call);
    Virtual make_actor(Virtual state, const TypeDescriptor* state_type, const TypeDescriptor* handle);

    Instances& instances_;
    Function& function_;
    const mir::MirBody& body_;
    Assembler asm_;
    std::vector<LocalInfo> locals_;
    std::vector<bool> lent_;  // see lent_handles.h
    std::vector<Label> blocks_;
    std::vector<bool> compiled_;
    std::vector<mir::BlockId> pending_;
    std::vector<std::pair<Label, mir::BlockId>> back_edges_;  // trampolines for conditional loop edges
    mir::BlockId current_ = 0, next_ = mir::kNoBlock;
    Virtual unwind_register_ = kNoRegister;
    uint32_t node_ = 0;
    uint16_t path_ = kNone;  // of the operand read last, for guards
};

}  // namespace braid::bytecode
