"""Who pays: parties, their accounts and members, guests, shut accounts, money that came by bank."""
