#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <tl/expected.hpp>

#include "interpreter/natives/support.h"

namespace braid::natives {

/// How an enum's values are written.
enum class EnumForm {
    Tagged,  // `"Unit"`, `{"Variant": payload}`
    Option,  // `null`, or the value
    Plain,   // its variants are kinds of JSON values: `null`, or the payload
};

class EnumForms {
  public:
    EnumForm of(const TypeDescriptor& type) {
        auto [known, fresh] = known_.try_emplace(type.item, EnumForm::Tagged);
        if (fresh) {
            std::string name = qualified_name(type.item);
            if (name == "core::Option") known->second = EnumForm::Option;
            else if (name == "json::Value" || name == "database::Value") known->second = EnumForm::Plain;
        }
        return known->second;
    }

  private:
    std::unordered_map<ItemId, EnumForm> known_;
};

/// A struct that was made and has an `inv`.
struct MadeStruct {
    Word object;
    const bytecode::Function* invariant;  // takes &self, panics where it does not hold
};

/// A value of this type; or what of the text does not fit it. `made`: what of it is to be checked, inner ones first.
tl::expected<Word, std::string> read_json(vm::Vm& vm, std::string_view text, const TypeDescriptor& type,
                                          std::vector<MadeStruct>& made);

}  // namespace braid::natives
