#pragma once
#include <functional>
#include <string>

namespace braid::test {

/// Makes a test case whose name is known only at run time, such as one per fixture file. Called while the program's
/// static objects are made (see REGISTER_CASES), so that filters, listings and counts see it like any other case.
void register_case(const std::string& name, const std::string& tags, std::function<void()> body);

struct CaseRegistrar {
    explicit CaseRegistrar(void (*make_cases)()) { make_cases(); }
};

}  // namespace braid::test

/// REGISTER_CASES(name) { … register_case(…) … }
#define REGISTER_CASES(name)                                          \
    static void name();                                               \
    static const ::braid::test::CaseRegistrar registrar_##name(name); \
    static void name()
