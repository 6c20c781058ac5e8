#include <unordered_map>

#include "analyzer/text/utf8.h"
#include "interpreter/natives/js_regexp.h"
#include "interpreter/natives/js_support.h"
#include "interpreter/natives/regexp.h"
#include "interpreter/runtime/promise.h"
#include "interpreter/vm/match_list.h"
#include "interpreter/vm/shapes.h"

// What class RegExp of system.velox stands on: patterns are kept compiled, positions are UTF-16 units outside of here.
namespace braid::natives {

namespace {

using Compiled = tl::expected<Regexp, std::string>;

/// Of each thread: a program has few patterns and uses them often.
const Compiled& compiled(const std::string& source, const std::string& flags) {
    static thread_local std::unordered_map<std::string, std::unique_ptr<Compiled>> known;
    if (known.size() > 256) known.clear();
    auto& slot = known[flags + "/" + source];
    if (!slot) slot = std::make_unique<Compiled>(Regexp::compile(source, flags));
    return *slot;
}

NativeAction syntax_error(NativeCall& call, const std::string& message) {
    return call.raise(runtime::new_error_named(call, "SyntaxError", message));
}

/// (source, flags): the names of the groups by number; throws SyntaxError.
NativeAction group_names(NativeCall& call) {
    const Compiled& regexp = compiled(text_argument(call, 0), text_argument(call, 1));
    if (!regexp) return syntax_error(call, regexp.error());
    Object* names = new_array(call);
    for (const std::string& name : regexp->group_names()) push_text(call, names, name);
    return give_object(call, names);
}

/// (source, flags, text, from): begin and end of each group, -1 where it took no part; null: nothing found.
NativeAction find(NativeCall& call) {
    std::string flags = text_argument(call, 1);
    const Compiled& regexp = compiled(text_argument(call, 0), flags);
    if (!regexp) return syntax_error(call, regexp.error());
    Object* string = vm::as_object(call.vm(), call.value(2), ObjectKind::String);
    if (!string) return type_error(call, "a text is expected");
    std::string_view text = vm::string_view_of(string);
    auto from = static_cast<uint64_t>(std::max(0.0, number_or(call, 3, 0)));
    if (from > vm::utf16_length(string)) return call.give_value(Value::null());
    std::vector<int64_t> slots;
    bool sticky = flags.find('y') != std::string::npos;
    auto result = regexp->find(text, vm::utf16_offset(string, from), sticky, slots);
    if (result == Regexp::Result::None) return call.give_value(Value::null());
    if (result == Regexp::Result::TooHard)
        return call.throw_error(WellKnown::RangeError, "the regular expression tries too many ways on this text");
    bool ascii = vm::utf16_length(string) == text.size();
    Object* found = new_array(call, slots.size());
    for (int64_t slot : slots) {
        auto unit = slot < 0 || ascii ? slot : int64_t(utf8::count_utf16(text.substr(0, size_t(slot))));
        push(call, found, Value::number(static_cast<double>(unit)).word());
    }
    return give_object(call, found);
}

/// (texts, members): an array with `index`, `input` and `groups`.
NativeAction matched(NativeCall& call) {
    Object* texts = list_argument(call, 0);
    if (!texts) return type_error(call, "an array is expected");
    Object* made = call.vm().require(call.allocator().fixed(runtime::Run::of(call).isolate()->match));
    made->slots()[vm::kListCount] = vm::list_count(texts);
    made->slots()[vm::kListBuffer] = word_of(vm::list_buffer(texts));
    made->slots()[vm::kMatchMembers] = call.argument(1);
    Object* members = vm::as_object(call.vm(), call.value(1), ObjectKind::Instance);
    if (Word* groups = members ? vm::find_property(members, Name("groups")) : nullptr)
        if (Object* named = vm::as_object(call.vm(), Value(heap::load_slot(groups)), ObjectKind::Instance))
            named->set_flags(vm::FlagBare);
    return give_object(call, made);
}

}  // namespace

void register_js_regexp(vm::NativeRegistry& r) {
    r.add("system::RegExp::groupNames", group_names);
    r.add("system::RegExp::find", find);
    r.add("system::RegExp::matched", matched);
}

}  // namespace braid::natives
