%% The benchmarks as Erlang processes: volatile, in memory, on one node. Arguments: the benchmark, actors, each.
%% Prints the microseconds it took.
-module(savina).
-export([main/1]).

main([Name, Actors, Each]) ->
  Run = run(Name, list_to_integer(Actors), list_to_integer(Each)),
  Start = erlang:monotonic_time(microsecond),
  Run(),
  io:format("~p~n", [erlang:monotonic_time(microsecond) - Start]),
  halt(0).

%% The function to be timed; what is not part of the benchmark happens before.
run("ping-pong", _, Each) ->
  Pong = spawn(fun echo/0),
  fun() -> play(Pong, Each, binary:copy(<<7>>, 64)) end;
run("thread-ring", Actors, Each) ->
  Last = spawn(fun() -> receive {next, Next} -> ring(Next) end end),
  First = lists:foldl(fun(_, Next) -> spawn(fun() -> ring(Next) end) end, Last, lists:seq(2, Actors)),
  Last ! {next, First},
  Self = self(),
  fun() -> First ! {Each, Self}, receive done -> ok end end;
run("fork-join-create", Actors, Each) ->
  fun() -> fork([spawn(fun() -> work(0, 0.0) end) || _ <- lists:seq(1, Actors)], Each) end;
run(Name, Actors, Each) when Name =:= "counting"; Name =:= "fork-join-throughput" ->
  Workers = [spawn(fun() -> work(0, 0.0) end) || _ <- lists:seq(1, Actors)],
  fun() -> fork(Workers, Each) end;
run("big", Actors, Each) ->
  Self = self(),
  Nodes = list_to_tuple([spawn(fun() -> receive {nodes, Nodes} -> node_loop(Nodes, 0, Self) end end) || _ <- lists:seq(1, Actors)]),
  [Node ! {nodes, Nodes} || Node <- tuple_to_list(Nodes)],
  fun() ->
    [Node ! {start, Each} || Node <- tuple_to_list(Nodes)],
    [receive done -> ok end || _ <- tuple_to_list(Nodes)]
  end;
run("bank-transaction", Actors, Each) ->
  Accounts = list_to_tuple([spawn(fun() -> account(1000000) end) || _ <- lists:seq(1, Actors)]),
  fun() ->
    [transfer(Accounts, Actors) || _ <- lists:seq(1, Each)],
    [receive done -> ok end || _ <- lists:seq(1, Each)]
  end.

echo() -> receive {From, Ball} -> From ! Ball, echo() end.

play(_, 0, _) -> ok;
play(Pong, Left, Ball) -> Pong ! {self(), Ball}, receive Ball -> play(Pong, Left - 1, Ball) end.

ring(Next) ->
  receive
    {0, Master} -> Master ! done;
    {Hops, Master} -> Next ! {Hops - 1, Master}
  end,
  ring(Next).

fork(Workers, Each) ->
  Work = binary:copy(<<7>>, 64),
  [Worker ! {work, Work} || _ <- lists:seq(1, Each), Worker <- Workers],
  [Worker ! {count, self()} || Worker <- Workers],
  [receive Count when Count =:= Each -> ok end || _ <- Workers].

work(Count, Sum) ->
  receive
    {work, _} -> work(Count + 1, Sum + math:sin(37.2 + Count));
    {count, From} -> From ! Count, work(0, Sum)
  end.

node_loop(Nodes, Left, Master) ->
  receive
    {ping, From} -> From ! pong, node_loop(Nodes, Left, Master);
    pong -> go_on(Nodes, Left - 1, Master);
    {start, Each} -> go_on(Nodes, Each, Master)
  end.

go_on(Nodes, 0, Master) -> Master ! done, node_loop(Nodes, 0, Master);
go_on(Nodes, Left, Master) ->
  element(rand:uniform(tuple_size(Nodes)), Nodes) ! {ping, self()},
  node_loop(Nodes, Left, Master).

transfer(Accounts, Actors) ->
  From = rand:uniform(Actors div 10 * 8),
  To = From + rand:uniform(Actors - From),
  element(From, Accounts) ! {transfer, self(), element(To, Accounts), rand:uniform(1000)}.

%% While an account waits for the other one, what else comes stays in its mailbox.
account(Balance) ->
  receive
    {transfer, Teller, To, Amount} ->
      To ! {credit, self(), Amount},
      receive credited -> ok end,
      Teller ! done,
      account(Balance - Amount);
    {credit, From, Amount} ->
      From ! credited,
      account(Balance + Amount)
  end.
