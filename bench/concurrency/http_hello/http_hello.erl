-module(http_hello).
-export([main/0]).

% A process for each connection; the VM's own parser of HTTP.
main() ->
    {ok, Listener} = gen_tcp:listen(0, [binary, {packet, http_bin}, {active, false}, {reuseaddr, true},
                                        {backlog, 1024}, {nodelay, true}, {ip, {127, 0, 0, 1}}]),
    {ok, Port} = inet:port(Listener),
    io:format("~b~n", [Port]),
    accept(Listener).

accept(Listener) ->
    {ok, Socket} = gen_tcp:accept(Listener),
    Connection = spawn(fun() -> receive go -> serve(Socket) end end),
    ok = gen_tcp:controlling_process(Socket, Connection),
    Connection ! go,
    accept(Listener).

serve(Socket) ->
    case gen_tcp:recv(Socket, 0) of
        {ok, http_eoh} ->
            ok = gen_tcp:send(Socket, [<<"HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\n">>,
                                       <<"content-length: 5\r\n\r\nhello">>]),
            serve(Socket);
        {ok, _} -> serve(Socket);
        {error, _} -> gen_tcp:close(Socket)
    end.
