#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "tests/dap/debug_client.h"
#include "tests/support/cases.h"

namespace braid::test {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

struct Failure {
    std::string message;
};

class Session {
  public:
    explicit Session(fs::path program) : program_(std::move(program)), text_(read(program_)) {
        client_.request("initialize", {{"adapterID", "braid"}, {"linesStartAt1", true}, {"columnsStartAt1", true}});
    }

    void command(const std::string& line) {
        std::istringstream in(line);
        std::string word;
        in >> word;
        std::string rest;
        std::getline(in >> std::ws, rest);
        if (word == "break") set_breakpoint(rest);
        else if (word == "clear") breakpoints_.clear(), send_breakpoints();
        else if (word == "errors") errors(rest);
        else if (word == "launch") launch(rest);
        else if (word == "stopped") stopped(rest);
        else if (word == "continue" || word == "next" || word == "pause" || word == "terminate") act(word);
        else if (word == "disconnect") act(word);
        else if (word == "in") act("stepIn");
        else if (word == "out") act("stepOut");
        else if (word == "thread") thread(quoted(rest));
        else if (word == "frame") frame(rest);
        else if (word == "var") variable(rest);
        else if (word == "novar") check(!find_variable(rest), rest + " is visible");
        else if (word == "eval") evaluate(rest);
        else if (word == "fails") fails(rest);
        else if (word == "output") output("stdout", quoted(rest));
        else if (word == "log") output("console", quoted(rest));
        else if (word == "nooutput")
            check(client_.output("stdout").find(quoted(rest)) == std::string::npos, "it was printed");
        else if (word == "ended") ended(std::stoi(rest));
        else throw Failure{"unknown command"};
    }

    std::string transcript() { return client_.transcript(); }

  private:
    static void check(bool good, const std::string& message) {
        if (!good) throw Failure{message};
    }
    static std::string quoted(const std::string& text, size_t* end = nullptr) {
        size_t first = text.find('"'), last = text.find('"', first + 1);
        check(last != std::string::npos, "a quoted text is expected");
        if (end) *end = last + 1;
        return text.substr(first + 1, last - first - 1);
    }

    int line_of(const std::string& piece) {
        std::istringstream lines(text_);
        std::string line;
        for (int number = 1; std::getline(lines, line); ++number)
            if (line.find(piece) != std::string::npos) return number;
        throw Failure{"the program has no line with " + piece};
    }

    Json request(const std::string& name, Json arguments = Json::object()) {
        Json response = client_.request(name, std::move(arguments));
        check(response.at("success") == true,
              name + " failed: " + response.value("message", "") + client_.output("stderr"));
        return response.value("body", Json::object());
    }

    void set_breakpoint(const std::string& text) {
        size_t end = 0;
        Json breakpoint{{"line", line_of(quoted(text, &end))}};
        std::string rest = text.substr(end);
        std::smatch match;
        if (std::regex_match(rest, match, std::regex(R"(\s*if (.*))"))) breakpoint["condition"] = match[1].str();
        if (std::regex_match(rest, match, std::regex(R"(\s*hit (.*))"))) breakpoint["hitCondition"] = match[1].str();
        if (std::regex_match(rest, match, std::regex(R"(\s*log (.*))"))) breakpoint["logMessage"] = match[1].str();
        breakpoints_.push_back(std::move(breakpoint));
        send_breakpoints();
    }

    void send_breakpoints() {
        Json body =
            request("setBreakpoints", {{"source", {{"path", program_.string()}}}, {"breakpoints", breakpoints_}});
        check(body.at("breakpoints").size() == breakpoints_.size(), "an answer for every breakpoint is expected");
        if (!launched_) return;
        for (const Json& each : body.at("breakpoints")) check(each.at("verified") == true, each.dump());
    }

    void errors(const std::string& rest) {
        std::istringstream in(rest);
        Json filters = Json::array();
        for (std::string name; in >> name;) filters.push_back(name);
        request("setExceptionBreakpoints", {{"filters", filters}});
    }

    void launch(const std::string& rest) {
        Json arguments{{"program", program_.string()}, {"workers", 2}};
        std::istringstream in(rest);
        for (std::string pair; in >> pair;) {
            size_t equal = pair.find('=');
            check(equal != std::string::npos, "KEY=VALUE is expected");
            arguments[pair.substr(0, equal)] = Json::parse(pair.substr(equal + 1));
        }
        request("launch", arguments);
        launched_ = true;
        request("configurationDone");
    }

    void stopped(const std::string& rest) {
        auto event = client_.event("stopped");
        check(event.has_value(), "the connection has ended");
        std::istringstream in(rest);
        std::string reason;
        in >> reason;
        thread_ = event->at("body").at("threadId").get<int>();
        frames_ = request("stackTrace", {{"threadId", thread_}}).at("stackFrames");
        check(!frames_.empty(), "a stack is expected");
        std::string at = fmt::format("stopped for {} in line {}", event->at("body").at("reason").get<std::string>(),
                                     frames_[0].at("line").dump());
        if (event->at("body").contains("text")) at += ": " + event->at("body").at("text").get<std::string>();
        check(event->at("body").at("reason") == reason, at);
        if (rest.find('"') == std::string::npos) return;
        check(line_matches(frames_[0].at("line").get<int>(), quoted(rest)), at);
    }
    bool line_matches(int number, const std::string& piece) {
        std::istringstream lines(text_);
        std::string line;
        for (int i = 0; i < number; ++i) std::getline(lines, line);
        return line.find(piece) != std::string::npos;
    }

    void act(const std::string& name) { request(name, {{"threadId", thread_}}); }

    void thread(const std::string& pattern) {
        std::string seen;
        Json body = request("threads");
        for (const Json& each : body.at("threads")) {
            auto name = each.at("name").get<std::string>();
            if (std::regex_search(name, std::regex(pattern))) return;
            seen += name + "; ";
        }
        throw Failure{"no such thread; there are " + seen};
    }

    void frame(const std::string& rest) {
        size_t index = std::stoul(rest);
        check(index < frames_.size(), "there are fewer frames");
        auto name = frames_[index].at("name").get<std::string>();
        check(name == quoted(rest), "it is " + name);
    }

    std::optional<Json> child(int64_t reference, const std::string& name) {
        Json body = request("variables", {{"variablesReference", reference}});
        for (const Json& each : body.at("variables"))
            if (each.at("name") == name) return each;
        return std::nullopt;
    }

    std::optional<Json> find_variable(const std::string& path) {
        std::vector<std::string> parts(1);
        for (char c : path) {
            if (c == '.') parts.emplace_back();
            else parts.back() += c;
        }
        std::optional<Json> found;
        Json body = request("scopes", {{"frameId", frames_[0].at("id")}});
        for (const Json& scope : body.at("scopes"))
            if (!found) found = child(scope.at("variablesReference").get<int64_t>(), parts[0]);
        for (size_t i = 1; found && i < parts.size(); ++i)
            found = child(found->at("variablesReference").get<int64_t>(), parts[i]);
        return found;
    }

    void variable(const std::string& rest) {
        size_t equal = rest.find(" = ");
        check(equal != std::string::npos, "NAME = VALUE is expected");
        auto found = find_variable(rest.substr(0, equal));
        check(found.has_value(), "there is no such variable");
        auto value = found->at("value").get<std::string>();
        check(value == rest.substr(equal + 3), "it is " + value);
        evaluate_names_mean_what_they_stand_beside();
    }

    /// A law: the name that a variable has for expressions gives that variable.
    void evaluate_names_mean_what_they_stand_beside() {
        const Json frame = frames_[0].at("id");
        for (const Json& scope : request("scopes", {{"frameId", frame}}).at("scopes"))
            for (const Json& each :
                 request("variables", {{"variablesReference", scope.at("variablesReference")}}).at("variables")) {
                if (!each.contains("evaluateName")) continue;
                Json value = request("evaluate", {{"expression", each.at("evaluateName")}, {"frameId", frame}});
                check(value.at("result") == each.at("value"), each.dump() + " evaluates to " + value.dump());
            }
    }

    void evaluate(const std::string& rest) {
        size_t equal = rest.rfind(" = ");
        Json body =
            request("evaluate",
                    {{"expression", rest.substr(0, equal)}, {"frameId", frames_[0].at("id")}, {"context", "watch"}});
        auto value = body.at("result").get<std::string>();
        check(value == rest.substr(equal + 3), "it is " + value);
    }

    void fails(const std::string& rest) {
        size_t tilde = rest.rfind(" ~ ");
        Json response =
            client_.request("evaluate", {{"expression", rest.substr(0, tilde)}, {"frameId", frames_[0].at("id")}});
        check(response.at("success") == false, "it succeeds");
        auto message = response.at("message").get<std::string>();
        check(message.find(rest.substr(tilde + 3)) != std::string::npos, "it says: " + message);
    }

    void output(const std::string& category, const std::string& piece) {
        check(client_.wait_for_output(category, piece),
              "the connection has ended; printed is: " + client_.output(category));
    }

    void ended(int code) {
        auto exited = client_.event("exited");
        check(exited.has_value(), "the connection has ended");
        check(exited->at("body").at("exitCode") == code, exited->dump() + client_.output("stderr"));
        check(client_.event("terminated").has_value(), "a terminated event is expected");
    }

    fs::path program_;
    std::string text_;
    DebugClient client_;
    Json breakpoints_ = Json::array();
    Json frames_ = Json::array();
    bool launched_ = false;
    int thread_ = 0;
};

}  // namespace

std::string run_session(const fs::path& program, const std::string& script) {
    std::unique_ptr<Session> session;
    fs::path path = program;
    std::istringstream lines(script);
    std::string line;
    try {
        for (int number = 1; std::getline(lines, line); ++number) {
            size_t first = line.find_first_not_of(' ');
            if (first == std::string::npos || line[first] == '#') continue;
            line = line.substr(first);
            if (line.rfind("program ", 0) == 0) {
                path = fs::path(BRAID_SOURCE_DIR) / line.substr(8);
                continue;
            }
            if (!session) session = std::make_unique<Session>(path);
            session->command(line);
        }
    } catch (const Failure& failure) {
        return line + "\n  " + failure.message + "\n" + (session ? session->transcript() : "");
    } catch (const std::exception& error) {
        return line + "\n  " + error.what() + "\n" + (session ? session->transcript() : "");
    }
    return "";
}

namespace {

REGISTER_CASES(sessions) {
    for (const auto& entry : fs::directory_iterator(fs::path(BRAID_SOURCE_DIR) / "tests/dap/sessions")) {
        if (entry.path().extension() != ".dap") continue;
        register_case("session " + entry.path().stem().string(), "[session]", [script = entry.path()] {
            fs::path program = script;
            program.replace_extension(".altru");
            if (!fs::exists(program)) program.replace_extension(".velox");
            std::string problem = run_session(program, read(script));
            if (!problem.empty()) FAIL(problem);
            SUCCEED();
        });
    }
}

}  // namespace
}  // namespace braid::test
