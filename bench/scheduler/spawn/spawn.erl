-module(spawn).
-export([main/0]).

main() ->
    N = 1000000,
    Self = self(),
    start(N, Self),
    join(N),
    io:format("~p~n", [N]),
    halt().

start(0, _) -> ok;
start(N, Self) -> spawn(fun() -> Self ! done end), start(N - 1, Self).

join(0) -> ok;
join(N) -> receive done -> join(N - 1) end.
