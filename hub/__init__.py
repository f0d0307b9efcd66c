"""The Red Cross membership hub: events of many systems in, membership invitations out."""
