"""The tables, as the newest migration leaves them. A test compares the two.

Primary keys lead with tenant_id, which row-level security fixes in every statement. Tables that take rows
with every event have no foreign keys: four of them cost 70 % of the ingest rate.
"""

from sqlalchemy import (
    ARRAY,
    UUID,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    column,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

Instant = DateTime(timezone=True)
NOW = text("now()")


def _tenant_column() -> Column[object]:
    return Column("tenant_id", UUID(), nullable=False)


def _name_key_column() -> Column[object]:
    """The name as it is compared and sorted: in lower case, by code point whatever the cluster's locale."""
    return Column("name_key", Text(collation="C"), Computed("lower(display_name)", persisted=True))


tenants = Table(
    "tenants",
    metadata,
    _tenant_column(),
    Column("display_name", Text, nullable=False),
    _name_key_column(),
    Column("request_id", UUID()),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("week_start", Text, nullable=False, server_default=text("'monday'")),
    Column("business_day_start", Interval, nullable=False, server_default=text("'04:00:00'::interval")),
    PrimaryKeyConstraint("tenant_id"),
    UniqueConstraint("name_key", name="tenants_name_key"),
    UniqueConstraint("request_id", name="tenants_request_id_key"),
    CheckConstraint(
        "week_start in ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday')",
        name="week_start",
    ),
)

tenant_revisions = Table(
    "tenant_revisions",
    metadata,
    _tenant_column(),
    Column("revision", BigInteger, nullable=False),
    Column("compacted", BigInteger, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("tenant_id"),
    CheckConstraint("0 <= compacted and compacted <= revision", name="order"),
)

sites = Table(
    "sites",
    metadata,
    _tenant_column(),
    Column("site_id", UUID(), nullable=False),
    Column("display_name", Text, nullable=False),
    _name_key_column(),
    Column("time_zone", Text, nullable=False),
    Column("visit_gap", Interval, nullable=False),
    Column("business_day_start", Interval, nullable=False),
    Column("request_id", UUID()),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("image_policy", Text, nullable=False, server_default=text("'crops'")),
    PrimaryKeyConstraint("tenant_id", "site_id"),
    ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"]),
    UniqueConstraint("tenant_id", "name_key", name="sites_name_key"),
    UniqueConstraint("tenant_id", "request_id", name="sites_request_id_key"),
    Column("anonymous", Boolean, nullable=False, server_default=text("false")),
    Column("lawful_basis", Text),
    Column("basis_reference", Text),
    Column("basis_recorded_at", Instant),
    Column("basis_expires_at", Instant),
    CheckConstraint("image_policy in ('none', 'crops', 'frames')", name="image_policy"),
    CheckConstraint(
        "num_nulls(lawful_basis, basis_reference, basis_recorded_at, basis_expires_at) in (0, 4)",
        name="basis_is_whole",
    ),
    CheckConstraint(
        "lawful_basis in ('explicit_consent', 'substantial_public_interest', 'other')", name="lawful_basis"
    ),
)

cameras = Table(
    "cameras",
    metadata,
    _tenant_column(),
    Column("camera_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("display_name", Text, nullable=False),
    _name_key_column(),
    Column("source_url", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("request_id", UUID()),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("settings", JSONB, nullable=False, server_default=text("'{}'")),
    Column("assigned_worker_id", UUID()),
    PrimaryKeyConstraint("tenant_id", "camera_id"),
    ForeignKeyConstraint(["tenant_id", "site_id"], ["sites.tenant_id", "sites.site_id"]),
    UniqueConstraint("tenant_id", "site_id", "name_key", name="cameras_name_key"),
    UniqueConstraint("tenant_id", "request_id", name="cameras_request_id_key"),
    Index("cameras_by_name", "tenant_id", "name_key", "camera_id"),
)

retention_rules = Table(
    "retention_rules",
    metadata,
    _tenant_column(),
    Column("site_id", UUID()),
    Column("image_days", Integer),
    Column("template_days", Integer),
    Column("updated_at", Instant, nullable=False),
    ForeignKeyConstraint(["tenant_id", "site_id"], ["sites.tenant_id", "sites.site_id"], ondelete="CASCADE"),
    UniqueConstraint(
        "tenant_id", "site_id", name="retention_rules_site_key", postgresql_nulls_not_distinct=True
    ),
    CheckConstraint("image_days between 1 and 30", name="image_days"),
    CheckConstraint("template_days between 1 and 1096", name="template_days"),
    CheckConstraint("site_id is null or template_days is null", name="template_of_tenant"),
)

camera_leases = Table(
    "camera_leases",
    metadata,
    _tenant_column(),
    Column("camera_id", UUID(), nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("worker_id", UUID(), nullable=False),
    Column("granted_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("released_at", Instant),
    Column("clock_offset", Interval),
    PrimaryKeyConstraint("tenant_id", "camera_id", "token"),
)

camera_uptime = Table(
    "camera_uptime",
    metadata,
    _tenant_column(),
    Column("camera_id", UUID(), nullable=False),
    Column("kind", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("site_id", UUID(), nullable=False),
    PrimaryKeyConstraint("tenant_id", "camera_id", "kind", "started_at"),
    CheckConstraint("kind in ('wanted', 'up')", name="kind"),
    Index("camera_uptime_by_site", "tenant_id", "site_id", "started_at"),
)

report_days = Table(
    "report_days",
    metadata,
    _tenant_column(),
    Column("site_id", UUID(), nullable=False),
    Column("day", Date, nullable=False),
    Column("visits", LargeBinary, nullable=False),
    Column("staff", Integer, nullable=False),
    Column("unidentifiable", Integer, nullable=False),
    PrimaryKeyConstraint("tenant_id", "site_id", "day"),
)

report_day_marks = Table(
    "report_day_marks",
    metadata,
    _tenant_column(),
    Column("mark_id", UUID(), server_default=text("uuidv7()"), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("utc_day", Date, nullable=False),
    Column(
        "cause",
        Text,
        server_default=text("coalesce(nullif(current_setting('app.change_cause', true), ''), 'late_event')"),
    ),
    Column(
        "merge_id",
        UUID(),
        server_default=text("nullif(current_setting('app.change_merge_id', true), '')::uuid"),
    ),
    Column("first_at", Instant),
    Column("last_at", Instant),
    PrimaryKeyConstraint("tenant_id", "mark_id"),
)

report_restatements = Table(
    "report_restatements",
    metadata,
    _tenant_column(),
    Column("restatement_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("day", Date, nullable=False),
    Column("before", JSONB, nullable=False),
    Column("after", JSONB, nullable=False),
    Column("causes", ARRAY(Text), nullable=False),
    Column("merge_ids", ARRAY(UUID()), nullable=False),
    Column("restated_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "restatement_id"),
    Index("report_restatements_by_time", "tenant_id", "restated_at", "restatement_id"),
)

report_people = Table(
    "report_people",
    metadata,
    _tenant_column(),
    Column("customer_id", UUID(), nullable=False),
    Column("number", Integer, nullable=False),
    PrimaryKeyConstraint("tenant_id", "customer_id", postgresql_include=["number"]),
    UniqueConstraint("tenant_id", "number", name="report_people_number_key"),
)

users = Table(
    "users",
    metadata,
    Column("user_id", UUID(), nullable=False),
    Column("tenant_id", UUID()),
    Column("email", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text),
    Column("site_ids", ARRAY(UUID())),
    Column("disabled_at", Instant),
    Column("created_at", Instant, nullable=False, server_default=NOW),
    Column("identity_provider", Text),
    Column("oidc_issuer", Text),
    Column("oidc_subject", Text),
    Column("last_sign_in_at", Instant),
    Column("request_id", UUID()),
    PrimaryKeyConstraint("user_id"),
    UniqueConstraint("email", name="users_email_key"),
    UniqueConstraint("oidc_issuer", "oidc_subject", name="users_oidc_key"),
    UniqueConstraint("tenant_id", "request_id", name="users_request_id_key"),
    CheckConstraint("email = lower(email)", name="email_case"),
    CheckConstraint("(tenant_id is null) = (role = 'system_admin')", name="role"),
    CheckConstraint("role <> 'site_manager' or site_ids is not null", name="manager_sites"),
    CheckConstraint("num_nulls(identity_provider, oidc_issuer, oidc_subject) in (0, 3)", name="identity"),
    Index("users_by_tenant", "tenant_id"),
    Index(
        "users_system_request_id_key",
        "request_id",
        unique=True,
        postgresql_where=text("tenant_id is null"),
    ),
)

setup_tokens = Table(
    "setup_tokens",
    metadata,
    Column("setup_token_id", UUID(), nullable=False),
    Column("tenant_id", UUID()),
    Column("user_id", UUID(), nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    PrimaryKeyConstraint("setup_token_id"),
    UniqueConstraint("user_id", name="setup_tokens_user_id_key"),
    Index("setup_tokens_by_tenant", "tenant_id"),
)

login_attempts = Table(
    "login_attempts",
    metadata,
    _tenant_column(),
    Column("address_key", LargeBinary, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("blocked_until", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "address_key"),
    Index("login_attempts_by_time", "last_at"),
)

oidc_logins = Table(
    "oidc_logins",
    metadata,
    _tenant_column(),
    Column("state_hash", Text, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("provider_id", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "state_hash"),
)

api_keys = Table(
    "api_keys",
    metadata,
    _tenant_column(),
    Column("api_key_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("display_name", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Column("last_used_at", Instant),
    Column("role", Text, nullable=False, server_default=text("'worker'")),
    Column("request_id", UUID()),
    PrimaryKeyConstraint("tenant_id", "api_key_id"),
    ForeignKeyConstraint(["tenant_id", "site_id"], ["sites.tenant_id", "sites.site_id"], ondelete="CASCADE"),
    UniqueConstraint("prefix", name="api_keys_prefix_key"),
    UniqueConstraint("tenant_id", "request_id", name="api_keys_request_id_key"),
    CheckConstraint("role in ('worker', 'site_manager')", name="role"),
    Index("api_keys_by_site", "tenant_id", "site_id"),
    Index("api_keys_by_time", "tenant_id", "created_at", "api_key_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", UUID(), nullable=False),
    Column("tenant_id", UUID()),
    Column("user_id", UUID(), nullable=False),
    Column("method", Text, nullable=False),
    Column("acting_tenant_id", UUID()),
    Column("created_at", Instant, nullable=False),
    Column("last_used_at", Instant, nullable=False),
    Column("idle_ends_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    PrimaryKeyConstraint("session_id"),
    CheckConstraint("acting_tenant_id is null or tenant_id is null", name="acting"),
    Index("sessions_by_user", "user_id"),
    Index("sessions_by_tenant", "tenant_id"),
    Index("sessions_by_end", "ends_at"),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_hash", Text, nullable=False),
    Column("tenant_id", UUID()),
    Column("session_id", UUID(), nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("successor_hash", Text),
    PrimaryKeyConstraint("token_hash"),
    ForeignKeyConstraint(["session_id"], ["sessions.session_id"], ondelete="CASCADE"),
    CheckConstraint("(used_at is null) = (successor_hash is null)", name="used"),
    Index("refresh_tokens_by_session", "session_id"),
    Index("refresh_tokens_by_tenant", "tenant_id"),
)

revocations = Table(
    "revocations",
    metadata,
    Column("subject_or_session_id", UUID(), nullable=False),
    Column("tenant_id", UUID()),
    Column("not_before", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    PrimaryKeyConstraint("subject_or_session_id"),
    Index("revocations_by_end", "until"),
    Index("revocations_by_tenant", "tenant_id"),
)

join_tokens = Table(
    "join_tokens",
    metadata,
    _tenant_column(),
    Column("join_token_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("display_name", Text, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", UUID(), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("used_at", Instant),
    Column("certificate_id", UUID()),
    PrimaryKeyConstraint("tenant_id", "join_token_id"),
    ForeignKeyConstraint(["tenant_id", "site_id"], ["sites.tenant_id", "sites.site_id"], ondelete="CASCADE"),
    UniqueConstraint("join_token_id", name="join_tokens_id_key"),
    CheckConstraint("(used_at is null) = (certificate_id is null)", name="use"),
    Index("join_tokens_by_site", "tenant_id", "site_id"),
    Index(
        "join_tokens_open",
        "tenant_id",
        "created_at",
        "join_token_id",
        postgresql_where=text("used_at is null and revoked_at is null"),
    ),
)

worker_certificates = Table(
    "worker_certificates",
    metadata,
    _tenant_column(),
    Column("certificate_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("worker_id", UUID(), nullable=False),
    Column("display_name", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("public_key_hash", Text, nullable=False),
    Column("der", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("not_after", Instant, nullable=False),
    Column("revoked_at", Instant),
    PrimaryKeyConstraint("tenant_id", "certificate_id"),
    ForeignKeyConstraint(["tenant_id", "site_id"], ["sites.tenant_id", "sites.site_id"], ondelete="CASCADE"),
    UniqueConstraint("tenant_id", "fingerprint", name="worker_certificates_fingerprint_key"),
    Index("worker_certificates_by_site", "tenant_id", "site_id", "created_at", "certificate_id"),
    Index("worker_certificates_by_time", "tenant_id", "created_at", "certificate_id"),
    Index("worker_certificates_by_worker", "tenant_id", "worker_id"),
)

used_assertions = Table(
    "used_assertions",
    metadata,
    _tenant_column(),
    Column("certificate_id", UUID(), nullable=False),
    Column("assertion_id", UUID(), nullable=False),
    Column("kept_until", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "certificate_id", "assertion_id"),
    Index("used_assertions_by_time", "tenant_id", "kept_until"),
)

workers = Table(
    "workers",
    metadata,
    _tenant_column(),
    Column("worker_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("display_name", Text, nullable=False),
    _name_key_column(),
    Column("software_version", Text, nullable=False),
    Column("model_id", Text, nullable=False, server_default=text("''")),
    Column("capabilities", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("spool_id", UUID(), nullable=False),
    Column("connected_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("session_id", UUID()),
    Column("link_expires_at", Instant, nullable=False, server_default=NOW),
    Column("status", Text, nullable=False, server_default=text("'offline'")),
    Column("report", Text, nullable=False, server_default=text("'{}'")),
    PrimaryKeyConstraint("tenant_id", "worker_id"),
    Index("workers_by_name", "tenant_id", "name_key", "worker_id"),
)

worker_spools = Table(
    "worker_spools",
    metadata,
    _tenant_column(),
    Column("worker_id", UUID(), nullable=False),
    Column("spool_id", UUID(), nullable=False),
    Column("acked_sequence", BigInteger, nullable=False),
    PrimaryKeyConstraint("tenant_id", "worker_id", "spool_id"),
)

camera_commands = Table(
    "camera_commands",
    metadata,
    _tenant_column(),
    Column("command_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("camera_id", UUID(), nullable=False),
    Column("worker_id", UUID(), nullable=False),
    Column("kind", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("sent_by", UUID(), nullable=False),
    Column("sent_by_role", Text, nullable=False),
    Column("wants_picture", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("finished_at", Instant),
    Column("request_id", UUID()),
    PrimaryKeyConstraint("tenant_id", "command_id"),
    UniqueConstraint("tenant_id", "request_id", name="camera_commands_request_id_key"),
    Index(
        "camera_commands_waiting",
        "tenant_id",
        "worker_id",
        "command_id",
        postgresql_where=column("state") == text("'waiting'"),
    ),
)

# Not logged, so that they are in no backup and no replica, and gone when the server crashed.
pictures = Table(
    "pictures",
    metadata,
    _tenant_column(),
    Column("picture_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("replica_id", UUID(), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("expires_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "picture_id"),
    prefixes=["UNLOGGED"],
)

preview_demands = Table(
    "preview_demands",
    metadata,
    _tenant_column(),
    Column("camera_id", UUID(), nullable=False),
    Column("replica_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("max_width", Integer, nullable=False),
    Column("max_fps", Double, nullable=False),
    Column("watchers", Integer, nullable=False),
    Column("expires_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "camera_id", "replica_id"),
    prefixes=["UNLOGGED"],
)

customers = Table(
    "customers",
    metadata,
    _tenant_column(),
    Column("customer_id", UUID(), nullable=False),
    Column("number", BigInteger),
    Column("display_name", Text, nullable=False, server_default=text("''")),
    Column("created_at", Instant, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'confirmed'")),
    Column("kind", Text, nullable=False, server_default=text("'visitor'")),
    Column("root_id", UUID(), nullable=False),
    Column("merged_into", UUID()),
    Column("confirmed_at", Instant),
    Column("updated_at", Instant, nullable=False),
    Column("request_id", UUID()),
    PrimaryKeyConstraint("tenant_id", "customer_id"),
    UniqueConstraint("tenant_id", "number", name="customers_number_key"),
    UniqueConstraint("tenant_id", "request_id", name="customers_request_id_key"),
    CheckConstraint("state in ('waiting', 'confirmed')", name="state"),
    CheckConstraint("kind in ('visitor', 'staff')", name="kind"),
    CheckConstraint("(state = 'confirmed') = (number is not null)", name="number"),
    Index("customers_by_root", "tenant_id", "root_id"),
    Index("customers_staff", "tenant_id", postgresql_where=text("kind = 'staff'")),
    Index("customers_waiting", "tenant_id", "created_at", postgresql_where=text("state = 'waiting'")),
)

staff_gallery = Table(
    "staff_gallery",
    metadata,
    _tenant_column(),
    Column("model_id", Text, nullable=False),
    Column("face_id", UUID(), nullable=False),
    Column("staff_id", UUID()),
    Column("version", BigInteger, nullable=False),
    Column("changed_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "model_id", "face_id"),
    Index("staff_gallery_by_version", "tenant_id", "model_id", "version"),
)

site_people = Table(
    "site_people",
    metadata,
    _tenant_column(),
    Column("site_id", UUID(), nullable=False),
    Column("customer_id", UUID(), nullable=False),
    PrimaryKeyConstraint("tenant_id", "site_id", "customer_id"),
    Index("site_people_by_customer", "tenant_id", "customer_id"),
)

site_people_counts = Table(
    "site_people_counts",
    metadata,
    _tenant_column(),
    Column("site_id", UUID(), nullable=False),
    Column("people", BigInteger, nullable=False),
    PrimaryKeyConstraint("tenant_id", "site_id"),
)

customer_counters = Table(
    "customer_counters",
    metadata,
    _tenant_column(),
    Column("last_number", BigInteger, nullable=False),
    PrimaryKeyConstraint("tenant_id"),
)

gallery_faces = Table(
    "gallery_faces",
    metadata,
    _tenant_column(),
    Column("face_id", UUID(), nullable=False),
    Column("customer_id", UUID(), nullable=False),
    Column("model_id", Text, nullable=False),
    Column("embedding", LargeBinary, nullable=False),
    Column("quality_score", Double, nullable=False),
    Column("event_id", UUID(), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("indexed_at", Instant),
    Column("provenance", Text, nullable=False, server_default=text("'created'")),
    Column("track_id", UUID()),
    Column("exemplar_id", UUID(), nullable=False),
    PrimaryKeyConstraint("tenant_id", "face_id"),
    CheckConstraint("provenance in ('created', 'confirmed', 'learned', 'enrolled')", name="provenance"),
    Index("gallery_faces_by_indexed", "tenant_id", "model_id", "indexed_at"),
    Index("gallery_faces_by_customer", "tenant_id", "customer_id"),
    Index("gallery_faces_by_exemplar", "tenant_id", "exemplar_id"),
)

exemplar_crops = Table(
    "exemplar_crops",
    metadata,
    _tenant_column(),
    Column("exemplar_id", UUID(), nullable=False),
    Column("jpeg", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "exemplar_id"),
)

staff_members = Table(
    "staff_members",
    metadata,
    _tenant_column(),
    Column("staff_id", UUID(), nullable=False),
    Column("employee_number", Text, nullable=False),
    Column("job_title", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("site_ids", ARRAY(UUID()), nullable=False),
    Column("joined_at", Instant),
    Column("left_at", Instant),
    Column("updated_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "staff_id"),
    CheckConstraint("left_at >= joined_at", name="times"),
    Index(
        "staff_members_number_key",
        "tenant_id",
        "employee_number",
        unique=True,
        postgresql_where=text("employee_number <> ''"),
    ),
    Index("staff_members_leavers", "tenant_id", "left_at", postgresql_where=text("left_at is not null")),
)

staff_face_images = Table(
    "staff_face_images",
    metadata,
    _tenant_column(),
    Column("face_id", UUID(), nullable=False),
    Column("staff_id", UUID(), nullable=False),
    Column("object_key", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("box", ARRAY(Double), nullable=False),
    Column("landmarks", ARRAY(Double), nullable=False),
    Column("quality_score", Double, nullable=False),
    Column("quality_size", Double, nullable=False),
    Column("quality_pose", Double, nullable=False),
    Column("quality_sharpness", Double, nullable=False),
    Column("quality_exposure", Double, nullable=False),
    Column("inter_ocular_px", Double, nullable=False),
    Column("closest_own", Double),
    Column("created_at", Instant, nullable=False),
    Column("created_by", UUID(), nullable=False),
    Column("request_id", UUID()),
    PrimaryKeyConstraint("tenant_id", "face_id"),
    UniqueConstraint("tenant_id", "request_id", name="staff_face_images_request_id_key"),
    Index("staff_face_images_by_staff", "tenant_id", "staff_id"),
)

track_faces = Table(
    "track_faces",
    metadata,
    _tenant_column(),
    Column("track_id", UUID(), nullable=False),
    Column("model_id", Text, nullable=False),
    Column("embedding", LargeBinary, nullable=False),
    Column("quality_score", Double, nullable=False),
    Column("event_id", UUID(), nullable=False),
    Column("seen_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "track_id"),
    Index("track_faces_by_time", "tenant_id", "seen_at"),
)

index_outbox = Table(
    "index_outbox",
    metadata,
    _tenant_column(),
    Column("face_id", UUID(), nullable=False),
    Column("enqueued_at", Instant, nullable=False),
    Column("not_before", Instant),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("tenant_id", "face_id"),
    Index("index_outbox_by_age", "tenant_id", "enqueued_at", "face_id"),
)

index_removals = Table(
    "index_removals",
    metadata,
    _tenant_column(),
    Column("face_id", UUID(), nullable=False),
    Column("model_id", Text, nullable=False),
    Column("enqueued_at", Instant, nullable=False),
    Column("not_before", Instant),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("tenant_id", "face_id"),
)

erasures = Table(
    "erasures",
    metadata,
    _tenant_column(),
    Column("erasure_id", UUID(), nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject_id", UUID(), nullable=False),
    Column("ticket", Text, nullable=False),
    Column("requested_by", UUID()),
    Column("request_id", UUID()),
    Column("erased_at", Instant, nullable=False),
    Column("faces", Integer, nullable=False),
    Column("tracks", Integer, nullable=False),
    Column("visits", Integer, nullable=False),
    Column("images", Integer, nullable=False),
    Column("person_ids", ARRAY(UUID()), nullable=False),
    Column("face_ids", ARRAY(UUID()), nullable=False),
    Column("object_keys", ARRAY(Text), nullable=False),
    Column("completed_at", Instant),
    Column("receipt", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "erasure_id"),
    UniqueConstraint("tenant_id", "request_id", name="erasures_request_key"),
    CheckConstraint("kind in ('customer', 'staff')", name="kind"),
    CheckConstraint("(completed_at is null) = (receipt = '')", name="receipt"),
    Index("erasures_by_time", "tenant_id", "erased_at", "erasure_id"),
    Index("erasures_by_ticket", "tenant_id", "ticket", postgresql_where=text("ticket <> ''")),
    Index("erasures_open", "tenant_id", "erased_at", postgresql_where=text("completed_at is null")),
)

erasure_tombstones = Table(
    "erasure_tombstones",
    metadata,
    _tenant_column(),
    Column("digest", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("erasure_id", UUID(), nullable=False),
    Column("erased_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "digest"),
    CheckConstraint("kind in ('person', 'track')", name="kind"),
    CheckConstraint("length(digest) = 32", name="digest"),
    Index("erasure_tombstones_by_erasure", "tenant_id", "erasure_id"),
)

opt_outs = Table(
    "opt_outs",
    metadata,
    _tenant_column(),
    Column("opt_out_id", UUID(), nullable=False),
    Column("ticket", Text, nullable=False),
    Column("created_by", UUID()),
    Column("request_id", UUID()),
    Column("created_at", Instant, nullable=False),
    Column("erasure_id", UUID()),
    PrimaryKeyConstraint("tenant_id", "opt_out_id"),
    UniqueConstraint("tenant_id", "request_id", name="opt_outs_request_key"),
    Index("opt_outs_by_time", "tenant_id", "created_at", "opt_out_id"),
    Index("opt_outs_by_ticket", "tenant_id", "ticket", postgresql_where=text("ticket <> ''")),
)

opt_out_templates = Table(
    "opt_out_templates",
    metadata,
    _tenant_column(),
    Column("model_id", Text, nullable=False),
    Column("opt_out_id", UUID(), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("tenant_id", "model_id", "opt_out_id"),
    Index("opt_out_templates_by_opt_out", "tenant_id", "opt_out_id"),
)

opt_out_tracks = Table(
    "opt_out_tracks",
    metadata,
    _tenant_column(),
    Column("digest", LargeBinary, nullable=False),
    Column("marked_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "digest"),
    CheckConstraint("length(digest) = 32", name="digest"),
    Index("opt_out_tracks_by_time", "tenant_id", "marked_at"),
)

decisions = Table(
    "decisions",
    metadata,
    _tenant_column(),
    Column("event_id", UUID(), nullable=False),
    Column("track_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("detail", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "event_id"),
    Index("decisions_by_track", "tenant_id", "track_id"),
    Index("decisions_by_time", "tenant_id", "decided_at"),
)

recorded_events = Table(
    "recorded_events",
    metadata,
    _tenant_column(),
    Column("event_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("customer_id", UUID()),
    Column("visit_id", UUID()),
    Column("score", Double),
    Column("recorded_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "event_id"),
)

sightings = Table(
    "sightings",
    metadata,
    _tenant_column(),
    Column("track_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("camera_id", UUID(), nullable=False),
    Column("worker_id", UUID()),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("final", Boolean, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("customer_id", UUID()),
    Column("visit_id", UUID()),
    Column("score", Double),
    Column("quality_score", Double, nullable=False),
    Column("female_probability", Double),
    Column("image_id", UUID()),
    Column("model_id", Text, nullable=False),
    Column("owner_id", UUID()),
    Column("visit_seed", UUID()),
    Column("crossing", Text),
    PrimaryKeyConstraint("tenant_id", "track_id"),
    Index("sightings_by_visit", "tenant_id", "visit_id", postgresql_where=text("visit_id is not null")),
    Index(
        "sightings_by_camera",
        "tenant_id",
        "camera_id",
        "last_seen_at",
        "first_seen_at",
        postgresql_where=text("customer_id is not null"),
    ),
    Index(
        "sightings_by_customer",
        "tenant_id",
        "customer_id",
        "first_seen_at",
        postgresql_where=text("customer_id is not null"),
    ),
    Index(
        "sightings_by_crossing",
        "tenant_id",
        "site_id",
        "last_seen_at",
        postgresql_where=text("crossing is not null"),
    ),
    Index(
        "sightings_without_visit",
        "tenant_id",
        "site_id",
        "first_seen_at",
        postgresql_where=text("visit_id is null"),
    ),
)

visits = Table(
    "visits",
    metadata,
    _tenant_column(),
    Column("visit_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("customer_id", UUID(), nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("rule_version", Integer, nullable=False),
    Column("business_day", Date, nullable=False),
    PrimaryKeyConstraint("tenant_id", "visit_id"),
    Index("visits_by_time", "tenant_id", "first_seen_at", "visit_id"),
    # Reports read these two alone: who came to a site, and where people were before.
    Index(
        "visits_by_site",
        *("tenant_id", "site_id", "first_seen_at", "visit_id"),
        postgresql_include=["customer_id"],
    ),
    Index(
        "visits_by_customer",
        *("tenant_id", "customer_id", "first_seen_at", "visit_id"),
        postgresql_include=["site_id"],
    ),
)

visit_times = table(
    "visit_times",
    column("tenant_id", UUID()),
    column("customer_id", UUID()),
    column("first_seen_at", Instant),
    column("visit_id", UUID()),
)
"""A view: when customers came, at any site of the tenant, also for those who may see one of its sites."""

images = Table(
    "images",
    metadata,
    _tenant_column(),
    Column("image_id", UUID(), nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("track_id", UUID(), nullable=False),
    Column("object_key", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("captured_at", Instant, nullable=False),
    Column("stored_at", Instant),
    PrimaryKeyConstraint("tenant_id", "image_id"),
    Index("images_by_capture", "tenant_id", "captured_at"),
)

changes = Table(
    "changes",
    metadata,
    _tenant_column(),
    Column("revision", BigInteger, nullable=False),
    Column("topic", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("site_id", UUID(), nullable=False),
    Column("resource_id", UUID(), nullable=False),
    Column("committed_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "revision"),
)

site_rules = Table(
    "site_rules",
    metadata,
    _tenant_column(),
    Column("site_id", UUID(), nullable=False),
    Column("rule_version", Integer, nullable=False),
    Column("effective_at", Instant),
    Column("time_zone", Text, nullable=False),
    Column("visit_gap", Interval, nullable=False),
    Column("business_day_start", Interval, nullable=False),
    PrimaryKeyConstraint("tenant_id", "site_id", "rule_version"),
)

merges = Table(
    "merges",
    metadata,
    _tenant_column(),
    Column("merge_id", UUID(), nullable=False),
    Column("target_id", UUID(), nullable=False),
    Column("source_ids", ARRAY(UUID()), nullable=False),
    Column("reason", Text, nullable=False),
    Column("forced", Boolean, nullable=False),
    Column("name_before", Text, nullable=False),
    Column("name_after", Text, nullable=False),
    Column("visits_before", Integer, nullable=False),
    Column("visits_after", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", UUID(), nullable=False),
    Column("undone_at", Instant),
    Column("undone_by", UUID()),
    Column("request_id", UUID()),
    PrimaryKeyConstraint("tenant_id", "merge_id"),
    UniqueConstraint("tenant_id", "request_id", name="merges_request_id_key"),
    Index("merges_by_time", "tenant_id", "created_at", "merge_id"),
)

distinct_pairs = Table(
    "distinct_pairs",
    metadata,
    _tenant_column(),
    Column("low_id", UUID(), nullable=False),
    Column("high_id", UUID(), nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", UUID(), nullable=False),
    PrimaryKeyConstraint("tenant_id", "low_id", "high_id"),
    CheckConstraint("low_id < high_id", name="order"),
    Index("distinct_pairs_by_high", "tenant_id", "high_id"),
)

merge_suggestions = Table(
    "merge_suggestions",
    metadata,
    _tenant_column(),
    Column("suggestion_id", UUID(), nullable=False),
    Column("kind", Text, nullable=False),
    Column("customer_id", UUID()),
    Column("other_ids", ARRAY(UUID()), nullable=False),
    Column("score", Double, nullable=False),
    Column("threshold", Double, nullable=False),
    Column("evidence", ARRAY(Text), nullable=False),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "suggestion_id"),
    Index("merge_suggestions_by_score", "tenant_id", "score", "suggestion_id"),
)

audit_log = Table(
    "audit_log",
    metadata,
    _tenant_column(),
    Column("audit_id", UUID(), nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor_id", UUID()),
    Column("actor_role", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("resource_id", UUID()),
    Column("detail", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("tenant_id", "audit_id"),
    UniqueConstraint("tenant_id", "sequence", name="audit_log_sequence_key"),
    Index("audit_log_by_time", "tenant_id", "at", "audit_id"),
    Index("audit_log_by_actor", "tenant_id", "actor_id", "sequence"),
    Index("audit_log_by_resource", "tenant_id", "resource_id", "sequence"),
    Index("audit_log_by_action", "tenant_id", "action", "sequence"),
)
"""A trigger gives rows their last three columns. Rows go only with the tenant, by a function."""

audit_heads = Table(
    "audit_heads",
    metadata,
    _tenant_column(),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("tenant_id"),
)

job_runs = Table(
    "job_runs",
    metadata,
    _tenant_column(),
    Column("run_id", UUID(), nullable=False),
    Column("job", Text, nullable=False),
    Column("tick", Instant, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("lease_until", Instant, nullable=False),
    Column("requested_by", UUID()),
    Column("attempt", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("finished_at", Instant),
    Column("summary", JSONB, nullable=False),
    Column("failure", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "run_id"),
    UniqueConstraint("tenant_id", "job", "tick", name="job_runs_tick_key"),
    CheckConstraint("state in ('running', 'succeeded', 'failed')", name="state"),
    CheckConstraint("(state = 'running') = (finished_at is null)", name="finished"),
    Index("job_runs_by_time", "tenant_id", "started_at", "run_id"),
    Index("job_runs_running", "lease_until", postgresql_where=text("state = 'running'")),
)

webhooks = Table(
    "webhooks",
    metadata,
    _tenant_column(),
    Column("webhook_id", UUID(), nullable=False),
    Column("url", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("event_types", ARRAY(Text), nullable=False),
    Column("site_ids", ARRAY(UUID()), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("since_revision", BigInteger, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("previous_secret", LargeBinary),
    Column("previous_secret_until", Instant),
    Column("request_id", UUID()),
    Column("last_success_at", Instant),
    Column("consecutive_failures", Integer, nullable=False, server_default=text("0")),
    Column("last_failure", Text, nullable=False, server_default=text("''")),
    Column("due_at", Instant),
    Column("claimed_by", UUID()),
    Column("claimed_until", Instant),
    PrimaryKeyConstraint("tenant_id", "webhook_id"),
    UniqueConstraint("tenant_id", "request_id", name="webhooks_request_id_key"),
    CheckConstraint(
        "num_nulls(previous_secret, previous_secret_until) in (0, 2)", name="previous_secret_is_whole"
    ),
    CheckConstraint("enabled or due_at is null", name="due"),
    Index("webhooks_by_time", "tenant_id", "created_at", "webhook_id"),
    Index("webhooks_due", "due_at", postgresql_where=text("due_at is not null")),
)

# Takes rows with every event, so no foreign key: whoever removes a webhook removes these.
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    _tenant_column(),
    Column("delivery_id", UUID(), nullable=False),
    Column("webhook_id", UUID(), nullable=False),
    Column("event_id", UUID(), nullable=False),
    Column("event_type", Text, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("revision", BigInteger),
    Column("site_id", UUID(), nullable=False),
    Column("resource_id", UUID()),
    Column("queued_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("next_attempt_at", Instant),
    Column("attempts", Integer, nullable=False),
    Column("last_attempt_at", Instant),
    Column("last_status", Integer, nullable=False),
    Column("last_failure", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "delivery_id"),
    CheckConstraint("state in ('pending', 'delivered', 'dead')", name="state"),
    CheckConstraint("(state = 'pending') = (next_attempt_at is not null)", name="next_attempt"),
    Index("webhook_deliveries_by_time", "tenant_id", "queued_at", "delivery_id"),
    Index("webhook_deliveries_of_webhook", "tenant_id", "webhook_id", "queued_at", "delivery_id"),
    Index(
        "webhook_deliveries_pending",
        "tenant_id",
        "webhook_id",
        "revision",
        postgresql_where=text("state = 'pending'"),
    ),
)

event_cursors = Table(
    "event_cursors",
    metadata,
    _tenant_column(),
    Column("reader", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("claimed_by", UUID()),
    Column("claimed_until", Instant),
    PrimaryKeyConstraint("tenant_id", "reader"),
)

tenant_models = Table(
    "tenant_models",
    metadata,
    _tenant_column(),
    Column("model_id", Text, nullable=False),
    Column("in_use", Boolean, nullable=False),
    Column("added_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "model_id"),
)

model_changes = Table(
    "model_changes",
    metadata,
    _tenant_column(),
    Column("model_change_id", UUID(), nullable=False),
    Column("from_model_id", Text, nullable=False),
    Column("to_model_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("request_id", UUID()),
    Column("lease_holder", UUID()),
    Column("leased_until", Instant),
    Column("face_count", BigInteger),
    Column("done_count", BigInteger),
    Column("lost_count", BigInteger),
    Column("lost_customer_count", BigInteger),
    PrimaryKeyConstraint("tenant_id", "model_change_id"),
    UniqueConstraint("tenant_id", "request_id", name="model_changes_request_id_key"),
    CheckConstraint("state in ('running', 'paused', 'finished', 'rolled_back')", name="state"),
    Index(
        "model_changes_open",
        "tenant_id",
        unique=True,
        postgresql_where=text("state in ('running', 'paused')"),
    ),
)

model_change_losses = Table(
    "model_change_losses",
    metadata,
    _tenant_column(),
    Column("model_change_id", UUID(), nullable=False),
    Column("exemplar_id", UUID(), nullable=False),
    PrimaryKeyConstraint("tenant_id", "model_change_id", "exemplar_id"),
)

calibrations = Table(
    "calibrations",
    metadata,
    _tenant_column(),
    Column("model_id", Text, nullable=False),
    Column("target_rate", Double, nullable=False),
    Column("false_match_rates", ARRAY(Double), nullable=False),
    Column("cosines", ARRAY(Double), nullable=False),
    Column("applied_at", Instant, nullable=False),
    Column("applied_by", UUID(), nullable=False),
    Column("people", Integer),
    Column("genuine_counts", ARRAY(BigInteger)),
    Column("impostor_pairs", BigInteger),
    PrimaryKeyConstraint("tenant_id", "model_id"),
    CheckConstraint("num_nulls(people, genuine_counts, impostor_pairs) in (0, 3)", name="measured_is_whole"),
)
