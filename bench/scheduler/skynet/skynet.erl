-module(skynet).
-export([main/0]).

main() ->
    Self = self(),
    spawn(fun() -> skynet(Self, 0, 1000000) end),
    receive Sum -> io:format("~p~n", [Sum]) end,
    halt().

skynet(Out, Num, 1) -> Out ! Num;
skynet(Out, Num, Size) ->
    Self = self(),
    Step = Size div 10,
    [spawn(fun() -> skynet(Self, Num + I * Step, Step) end) || I <- lists:seq(0, 9)],
    Out ! sum(10, 0).

sum(0, Sum) -> Sum;
sum(N, Sum) -> receive V -> sum(N - 1, Sum + V) end.
