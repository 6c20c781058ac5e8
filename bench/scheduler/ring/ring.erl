-module(ring).
-export([main/0]).

main() ->
    N = 503,
    Hops = 1000000,
    Self = self(),
    First = spawn(fun() -> receive {next, Right} -> member(1, Right, Self) end end),
    Last = lists:foldl(fun(Id, Left) ->
        Pid = spawn(fun() -> receive {next, Right} -> member(Id, Right, Self) end end),
        Left ! {next, Pid},
        Pid
    end, First, lists:seq(2, N)),
    Last ! {next, First},
    First ! {token, Hops},
    receive {done, Id} -> io:format("~p~n", [Id]) end,
    halt().

member(Id, Right, Main) ->
    receive
        {token, 0} -> Main ! {done, Id};
        {token, V} -> Right ! {token, V - 1}
    end,
    member(Id, Right, Main).
