-module(timers).
-export([main/0]).

main() ->
    N = 100000,
    Self = self(),
    start(0, N, Self),
    join(N),
    io:format("~p~n", [N]),
    halt().

start(N, N, _) -> ok;
start(I, N, Self) ->
    spawn(fun() -> receive after 1 + I rem 500 -> Self ! done end end),
    start(I + 1, N, Self).

join(0) -> ok;
join(N) -> receive done -> join(N - 1) end.
