-module(many_to_many).
-export([main/0]).

main() ->
    Members = [spawn(fun() -> member(0) end) || _ <- lists:seq(1, 50)],
    Self = self(),
    [spawn(fun() -> tell(1000, Members), Self ! done end) || _ <- lists:seq(1, 50)],
    [receive done -> ok end || _ <- lists:seq(1, 50)],
    Heard = [begin M ! {total, Self}, receive {is, N} -> N end end || M <- Members],
    io:format("~p~n", [lists:sum(Heard)]),
    halt().

tell(0, _) -> ok;
tell(N, Members) -> [M ! {hear, 1} || M <- Members], tell(N - 1, Members).

member(Heard) ->
    receive
        {hear, N} -> member(Heard + N);
        {total, From} -> From ! {is, Heard}, member(Heard)
    end.
