//! Members of organizations and invitations to them (ACC-4).
