-module(actor_count).
-export([main/0]).

main() ->
    Counter = spawn(fun() -> counter(0) end),
    Self = self(),
    [spawn(fun() -> add(Counter, 1000000), Self ! done end) || _ <- lists:seq(1, 4)],
    [receive done -> ok end || _ <- lists:seq(1, 4)],
    Counter ! {total, Self},
    receive {is, N} -> io:format("~p~n", [N]) end,
    halt().

add(_, 0) -> ok;
add(Counter, N) -> Counter ! {add, 1}, add(Counter, N - 1).

counter(Count) ->
    receive
        {add, N} -> counter(Count + N);
        {total, From} -> From ! {is, Count}, counter(Count)
    end.
