#include "interpreter/bytecode/assembler.h"
#include "interpreter/bytecode/instances.h"

namespace braid::bytecode {

namespace {

/// drop(value): the user's own `drop`, then the parts in order. A word moved out (0) is passed over.
class DropGlue {
  public:
    DropGlue(Instances& instances, Function& function, const TypeDescriptor* type)
        : instances_(instances), function_(function), type_(type), asm_(function) {}

    void run() {
        value_ = asm_.new_register(true);
        function_.parameters.push_back(value_);
        part_ = asm_.new_register(true);
        Label done = asm_.new_label();
        asm_.emit_jump(Opcode::JumpIfEmpty, {value_}, done);
        if (type_->user_drop) {
            asm_.emit(Opcode::NewCellT, {part_, value_});
            asm_.emit_list(Opcode::Call, {kNoRegister, asm_.function(type_->user_drop)}, {part_});
        }
        switch (type_->kind) {
            case DescriptorKind::Struct: drop_fields(type_->fields); break;
            case DescriptorKind::Enum: drop_variants(); break;
            case DescriptorKind::List:
            case DescriptorKind::Array: drop_elements(); break;
            case DescriptorKind::Union: drop_member(); break;
            default: break;
        }
        asm_.bind(done);
        asm_.emit(Opcode::ReturnUnit);
        std::string problem = asm_.finish();
        if (!problem.empty()) instances_.fail({}, problem);
    }

  private:
    void drop_fields(const std::vector<FieldDescriptor>& fields) {
        for (const FieldDescriptor& field : fields) {
            if (!field.type->needs_drop) continue;
            asm_.emit(Opcode::LoadSlotT, {part_, value_, field.slot});
            drop_part(field.type);
        }
    }
    void drop_part(const TypeDescriptor* type) {
        Label skip = asm_.new_label();
        asm_.emit_jump(Opcode::JumpIfEmpty, {part_}, skip);
        asm_.emit_list(Opcode::Call, {kNoRegister, asm_.function(instances_.drop_glue(type))}, {part_});
        asm_.bind(skip);
    }
    void drop_variants() {
        Virtual tag = asm_.new_register(false);
        asm_.emit(Opcode::LoadSlotS, {tag, value_, 0});
        Label done = asm_.new_label();
        for (const VariantDescriptor& variant : type_->variants) {
            Label next = asm_.new_label(), here = asm_.new_label();
            asm_.emit_jump(Opcode::JumpEqualImmediate, {tag, variant.index}, here);
            asm_.emit_jump(Opcode::Jump, {}, next);
            asm_.bind(here);
            drop_fields(variant.fields);
            asm_.emit_jump(Opcode::Jump, {}, done);
            asm_.bind(next);
        }
        asm_.bind(done);
    }
    void drop_elements() {
        Virtual i = asm_.new_register(false), n = asm_.new_register(false);
        asm_.emit(Opcode::ListLength, {n, value_});
        asm_.load_integer(i, 0);
        Label loop = asm_.new_label(), done = asm_.new_label();
        asm_.bind(loop);
        asm_.emit_jump(Opcode::JumpLessEqualI64, {n, i}, done);
        asm_.emit(Opcode::LoadElementT, {part_, value_, i});
        drop_part(type_->element);
        asm_.emit(Opcode::AddImmediateI64, {i, i, 1});
        asm_.emit_jump(Opcode::JumpBack, {}, loop);
        asm_.bind(done);
    }
    void drop_member() {
        Virtual is = asm_.new_register(false);
        for (const TypeDescriptor* member : type_->members) {
            if (!member->needs_drop) continue;
            Label next = asm_.new_label();
            asm_.emit(Opcode::UnionIs, {is, value_, asm_.type(member)});
            asm_.emit_jump(Opcode::JumpIfNot, {is}, next);
            asm_.emit(Opcode::UnionValueT, {part_, value_, asm_.type(member)});
            drop_part(member);
            asm_.bind(next);
        }
    }

    Instances& instances_;
    Function& function_;
    const TypeDescriptor* type_;
    Assembler asm_;
    Virtual value_ = kNoRegister, part_ = kNoRegister;
};

}  // namespace

void compile_drop_glue(Instances& instances, Function& function, const TypeDescriptor* type) {
    DropGlue(instances, function, type).run();
}

}  // namespace braid::bytecode
