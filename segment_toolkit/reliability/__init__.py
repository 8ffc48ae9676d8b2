"""What keeps a call honest when the network, Segment or a credential fails.

options      what a host decides: how often, how long, how fast
clock        time and chance, so that tests need not wait
retries      which failure may be tried again, and after how long: a pure table
limits       documented rates, and the waits Segment asked for, shared by all calls of a toolkit
breaker      a host that does not answer is left alone for a while
persistence  one request of a call, tried as often as is safe and as the call's budget allows
renewal      credentials from a function of the host's, fetched anew when Segment refuses them
processes    a lock that is free in a forked child
drift        answers that no longer fit what is documented
"""
