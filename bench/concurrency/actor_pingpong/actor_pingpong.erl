-module(actor_pingpong).
-export([main/0]).

main() ->
    Echo = spawn(fun() -> echo(0) end),
    io:format("~p~n", [ask(Echo, 0)]),
    halt().

echo(Calls) -> receive {From, N} -> From ! {self(), N + 1}, echo(Calls + 1) end.

ask(_, 1000000) -> 1000000;
ask(Echo, N) -> Echo ! {self(), N}, receive {Echo, M} -> ask(Echo, M) end.
