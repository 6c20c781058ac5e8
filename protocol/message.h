// What the two servers' handlers have in common: JSON, cancellation, where a handler runs.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <stop_token>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace braid::protocol {

using Json = nlohmann::json;

// Polled with stop_requested(); a std::stop_callback on it reacts at once.
using CancellationToken = std::stop_token;

// Runs jobs on some thread, soon; the order does not matter. ThreadPool::executor() is one.
using Executor = std::function<void(std::function<void()> job)>;

// Reader: on the reading thread, before any later message is looked at; for what must keep its order (initialize,
// didChange, setBreakpoints) and is quick. Pool: on the executor, at the same time as others and as reading.
enum class RunOn { Reader, Pool };

// Sees every body: `incoming` or not. Called from several threads.
using Trace = std::function<void(bool incoming, std::string_view body)>;

// Deeper nested messages are refused: copying and printing a JSON value takes stack in proportion to its depth.
inline constexpr int max_json_depth = 512;

// The body as JSON, or why not. Never throws.
tl::expected<Json, std::string> parse_json(std::string_view body);

// Text that is not UTF-8 is sent with replacement characters rather than not at all.
std::string to_text(const Json& message);

}  // namespace braid::protocol
