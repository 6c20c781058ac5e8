-module(pingpong).
-export([main/0]).

main() ->
    Self = self(),
    Other = spawn(fun() -> back(Self) end),
    io:format("~p~n", [there(Other, 0)]),
    halt().

back(To) -> receive N -> To ! N + 1, back(To) end.

there(_, 1000000) -> 1000000;
there(To, N) -> To ! N, receive M -> there(To, M) end.
