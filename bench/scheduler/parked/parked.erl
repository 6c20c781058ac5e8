-module(parked).
-export([main/0]).

main() ->
    N = case init:get_plain_arguments() of [] -> 1000000; _ -> 1 end,
    Self = self(),
    start(N, Self),
    join(N),
    io:format("parked~n"),
    halt().

start(0, _) -> ok;
start(N, Self) -> spawn(fun() -> Self ! started, receive go -> ok end end), start(N - 1, Self).

join(0) -> ok;
join(N) -> receive started -> join(N - 1) end.
