"""The fault laboratory: real processes against a service, a storage and a server that misbehave, then an audit.

rounds       one round: a scenario, a workload, kills, restarts until done, the audit
faults       what can go wrong, by name, and the mix of a seed
workload     the pipeline of a seed, and what the provider must have accepted at its end
forks        processes that start in milliseconds: forked from one that has imported everything, killed for real
prefect      the one Prefect server of a laboratory
outside      trouble outside of the provider: storage gone, server silent, files damaged
audit        what the provider, the journal and the storage say at the end
table        the result, for people
"""
