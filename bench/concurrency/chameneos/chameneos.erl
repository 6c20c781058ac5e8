-module(chameneos).
-export([main/0]).

main() ->
    Self = self(),
    Mall = spawn(fun() -> mall(200000) end),
    [spawn(fun() -> creature(I rem 3, Mall, Self, 0) end) || I <- lists:seq(0, 9)],
    io:format("~p~n", [lists:sum([receive {met, N} -> N end || _ <- lists:seq(1, 10)])]),
    halt().

complement(A, A) -> A;
complement(A, B) -> 3 - A - B.

mall(0) -> receive {visit, From, _} -> From ! {other, -1}, mall(0) end;
mall(N) ->
    receive {visit, A, CA} ->
        receive {visit, B, CB} -> A ! {other, CB}, B ! {other, CA}, mall(N - 1) end
    end.

creature(Colour, Mall, Main, Met) ->
    Mall ! {visit, self(), Colour},
    receive
        {other, -1} -> Main ! {met, Met};
        {other, Other} -> creature(complement(Colour, Other), Mall, Main, Met + 1)
    end.
