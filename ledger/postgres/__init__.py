"""The store on PostgreSQL: one database for many processes and machines, data keys in a schema of their own."""
