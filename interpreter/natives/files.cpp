#include "interpreter/io/files.h"

#include "interpreter/natives/blocking.h"
#include "interpreter/natives/js_support.h"
#include "interpreter/natives/natives.h"

// Files of both languages: the same work on a thread of the pool; Altru gets a `Result`, Velox an error thrown.
namespace braid::natives {

namespace {

/// What the work brought.
struct Found {
    std::string problem;
    std::string text;
    std::vector<std::string> names;
};
void keep(Found& found, io::Outcome<void> outcome) {
    if (!outcome) found.problem = std::move(outcome.error());
}

using Work = void (*)(Found& found, const std::string& first, const std::string& second);

void read(Found& found, const std::string& path, const std::string&) {
    if (auto text = io::read_text(path)) found.text = std::move(*text);
    else found.problem = std::move(text.error());
}
void write(Found& found, const std::string& path, const std::string& text) {
    keep(found, io::write_text(path, text, io::WriteMode::Replace));
}
void append(Found& found, const std::string& path, const std::string& text) {
    keep(found, io::write_text(path, text, io::WriteMode::Append));
}
void remove(Found& found, const std::string& path, const std::string&) { keep(found, io::remove(path)); }
void make_folder(Found& found, const std::string& path, const std::string&) { keep(found, io::make_folder(path)); }
void rename(Found& found, const std::string& from, const std::string& to) { keep(found, io::rename(from, to)); }
void list(Found& found, const std::string& path, const std::string&) {
    if (auto names = io::list_folder(path)) found.names = std::move(*names);
    else found.problem = std::move(names.error());
}

enum class Gives { Nothing, Text, Names };

/// The words of the result, in the representation that `repr` elements have.
Word result_word(NativeCall& call, Gives gives, Repr element, const Found& found) {
    if (gives == Gives::Text) return call.vm().string_word(found.text);
    Object* names = call.vm().new_list(element, found.names.size());
    for (const std::string& name : found.names) call.vm().list_push(names, element, call.vm().string_word(name));
    return word_of(names);
}

template <Work kWork, Gives kGives>
NativeAction altru(NativeCall& call) {
    if (call.step() == 0) {
        std::string first(text(call, 0)), second(call.argument_count() > 1 ? text(call, 1) : std::string_view());
        auto work = [=](Found& found) { kWork(found, first, second); };
        return run_blocking<Found>(call, "use a file", work, 1);
    }
    if (call.was_cancelled()) return call.cancelled();
    Found& found = blocking_result<Found>(call);
    if (!found.problem.empty()) return give_err(call, runtime::make_error(call.vm(), found.problem));
    return give_ok(call, kGives == Gives::Nothing ? 0 : result_word(call, kGives, Repr::Object, found));
}

template <Work kWork, Gives kGives>
NativeAction velox(NativeCall& call) {
    if (call.step() == 0) {
        std::string first = text_argument(call, 0), second = text_argument(call, 1);
        auto work = [=](Found& found) { kWork(found, first, second); };
        return run_blocking<Found>(call, "use a file", work, 1);
    }
    Found& found = blocking_result<Found>(call);
    if (!found.problem.empty()) return call.throw_error(WellKnown::JsError, found.problem);
    if (kGives == Gives::Nothing) return give_undefined(call);
    return call.give(result_word(call, kGives, Repr::Boxed, found));
}

template <bool (*kHolds)(const std::string&)>
NativeAction altru_holds(NativeCall& call) {
    return call.give_bool(kHolds(std::string(text(call, 0))));
}
template <bool (*kHolds)(const std::string&)>
NativeAction velox_holds(NativeCall& call) {
    return give_boolean(call, kHolds(text_argument(call, 0)));
}

}  // namespace

void register_files(vm::NativeRegistry& r) {
    r.add("fs::read_now", altru<read, Gives::Text>);
    r.add("fs::write_now", altru<write, Gives::Nothing>);
    r.add("fs::append_now", altru<append, Gives::Nothing>);
    r.add("fs::remove_now", altru<remove, Gives::Nothing>);
    r.add("fs::create_dir_now", altru<make_folder, Gives::Nothing>);
    r.add("fs::rename_now", altru<rename, Gives::Nothing>);
    r.add("fs::list_now", altru<list, Gives::Names>);
    r.add("fs::exists", altru_holds<io::exists>);
    r.add("fs::is_dir", altru_holds<io::is_folder>);

    r.add("system::fs::read", velox<read, Gives::Text>);
    r.add("system::fs::write", velox<write, Gives::Nothing>);
    r.add("system::fs::append", velox<append, Gives::Nothing>);
    r.add("system::fs::removeFile", velox<remove, Gives::Nothing>);
    r.add("system::fs::makeFolder", velox<make_folder, Gives::Nothing>);
    r.add("system::fs::move", velox<rename, Gives::Nothing>);
    r.add("system::fs::list", velox<list, Gives::Names>);
    r.add("system::fs::isThere", velox_holds<io::exists>);
    r.add("system::fs::isFolder", velox_holds<io::is_folder>);
}

}  // namespace braid::natives
