"""In which forms does a company keep its SQL: scripts, dbt manifests, logs of queries, events of other tools?"""
