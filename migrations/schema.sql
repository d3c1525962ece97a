-- Generated from the migrations by tests/Platform/SchemaTests.cs: read it, do not run it.

-- PostgreSQL database dump

-- Name: engine; Type: SCHEMA; Schema: -; Owner: -

CREATE SCHEMA engine;

-- Name: moment_of_open_time(bigint, timestamp with time zone[], bigint[]); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.moment_of_open_time(open_time bigint, opens timestamp with time zone[], before bigint[]) RETURNS timestamp with time zone
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
  select case when open_time > before[cardinality(before)] then timestamptz '2100-01-01 00:00:00+00'
              else opens[greatest(width_bucket(open_time - 1, before), 1)]
                   + (open_time - before[greatest(width_bucket(open_time - 1, before), 1)]) * interval '1 microsecond' end
$$;

-- Name: open_time_before(timestamp with time zone, timestamp with time zone[], bigint[]); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.open_time_before(moment timestamp with time zone, opens timestamp with time zone[], before bigint[]) RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
  select least(before[width_bucket(moment, opens)] + (extract(epoch from moment - opens[width_bucket(moment, opens)]) * 1000000)::bigint,
               before[width_bucket(moment, opens) + 1])
$$;

-- Name: place_under_agency(regclass); Type: PROCEDURE; Schema: public; Owner: -

CREATE PROCEDURE public.place_under_agency(IN target regclass)
    LANGUAGE plpgsql
    AS $_$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format($policy$
    create policy agency on %s
      using (agency_id = nullif(current_setting('cirm.agency', true), '')::uuid)
      with check (agency_id = nullif(current_setting('cirm.agency', true), '')::uuid)
    $policy$, target);
  if exists (select from pg_extension where extname = 'citus') then
    perform set_config('citus.multi_shard_modify_mode', 'sequential', true);
    execute format('select create_distributed_table(%L, %L)', target, 'agency_id');
  end if;
end $_$;

-- Name: set_agency(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.set_agency(agency uuid) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  perform set_config('citus.propagate_set_commands', 'local', true);
  execute format('set local "cirm.agency" = %L', agency);
end $$;

-- Name: accounts; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.accounts (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    email text,
    email_key text,
    password_hash text,
    name text,
    role text NOT NULL,
    citizen_id uuid,
    provider_issuer text,
    provider_subject text,
    disabled_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT accounts_check CHECK ((((email IS NULL) = (email_key IS NULL)) AND ((email IS NOT NULL) OR (provider_subject IS NOT NULL)))),
    CONSTRAINT accounts_role_check CHECK ((role = ANY (ARRAY['citizen'::text, 'representative'::text, 'agent'::text, 'manager'::text, 'admin'::text, 'operator'::text])))
);

ALTER TABLE ONLY public.accounts FORCE ROW LEVEL SECURITY;

-- Name: advice; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.advice (
    agency_id uuid NOT NULL,
    key text NOT NULL,
    name jsonb NOT NULL,
    text jsonb NOT NULL,
    surveys jsonb,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.advice FORCE ROW LEVEL SECURITY;

-- Name: agencies; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.agencies (
    id uuid NOT NULL,
    slug text NOT NULL,
    name jsonb NOT NULL,
    time_zone text NOT NULL,
    locales text[] NOT NULL,
    smallest_group integer NOT NULL,
    status text NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT agencies_smallest_group_check CHECK ((smallest_group >= 5)),
    CONSTRAINT agencies_status_check CHECK ((status = ANY (ARRAY['preparing'::text, 'active'::text, 'suspended'::text])))
);

-- Name: agenda_settings; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.agenda_settings (
    agency_id uuid NOT NULL,
    threshold integer NOT NULL,
    answer_days integer NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT agenda_settings_answer_days_check CHECK (((answer_days >= 1) AND (answer_days <= 365))),
    CONSTRAINT agenda_settings_threshold_check CHECK (((threshold >= 1) AND (threshold <= 10000000)))
);

ALTER TABLE ONLY public.agenda_settings FORCE ROW LEVEL SECURITY;

-- Name: answer_templates; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.answer_templates (
    agency_id uuid NOT NULL,
    key text NOT NULL,
    name jsonb NOT NULL,
    text jsonb NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.answer_templates FORCE ROW LEVEL SECURITY;

-- Name: answers; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.answers (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    text jsonb NOT NULL,
    decision text NOT NULL,
    reason jsonb NOT NULL,
    service_id uuid,
    service_version integer,
    insight_id uuid,
    initiative_id uuid,
    answered_by uuid,
    answered_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT answers_decision_check CHECK ((decision = ANY (ARRAY['accepted'::text, 'partly'::text, 'declined'::text, 'noted'::text])))
);

ALTER TABLE ONLY public.answers FORCE ROW LEVEL SECURITY;

-- Name: api_keys; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.api_keys (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    key_hash bytea NOT NULL,
    scopes text[] NOT NULL,
    expires_at timestamp with time zone,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    created_by uuid,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.api_keys FORCE ROW LEVEL SECURITY;

-- Name: appeals; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.appeals (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    case_id uuid NOT NULL,
    round integer NOT NULL,
    state text NOT NULL,
    reason text NOT NULL,
    decision_reason text,
    decided_by uuid,
    decided_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    owner uuid,
    owner_unit text,
    decision_by uuid,
    CONSTRAINT appeals_check CHECK (((state = 'open'::text) = (decided_at IS NULL))),
    CONSTRAINT appeals_state_check CHECK ((state = ANY (ARRAY['open'::text, 'upheld'::text, 'dismissed'::text])))
);

ALTER TABLE ONLY public.appeals FORCE ROW LEVEL SECURITY;

-- Name: article_versions; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.article_versions (
    agency_id uuid NOT NULL,
    article_id uuid NOT NULL,
    number integer NOT NULL,
    state text NOT NULL,
    title jsonb NOT NULL,
    body jsonb NOT NULL,
    tags text[],
    services text[],
    spoken jsonb,
    valid_from timestamp with time zone,
    valid_to timestamp with time zone,
    author uuid,
    reviewer uuid,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    published_at timestamp with time zone,
    retired_at timestamp with time zone,
    segments text[],
    channels text[],
    CONSTRAINT article_versions_check CHECK ((valid_from < valid_to)),
    CONSTRAINT article_versions_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'review'::text, 'published'::text, 'retired'::text])))
);

ALTER TABLE ONLY public.article_versions FORCE ROW LEVEL SECURITY;

-- Name: articles; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.articles (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    key text NOT NULL,
    kind text NOT NULL,
    published_version integer,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT articles_kind_check CHECK ((kind = ANY (ARRAY['article'::text, 'answer'::text, 'guide'::text, 'notice'::text])))
);

ALTER TABLE ONLY public.articles FORCE ROW LEVEL SECURITY;

-- Name: attachment_chunks; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.attachment_chunks (
    agency_id uuid NOT NULL,
    attachment_id uuid NOT NULL,
    ordinal integer NOT NULL,
    bytes bytea NOT NULL
);
ALTER TABLE ONLY public.attachment_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;

ALTER TABLE ONLY public.attachment_chunks FORCE ROW LEVEL SECURITY;

-- Name: attachments; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.attachments (
    agency_id uuid NOT NULL,
    case_id uuid NOT NULL,
    id uuid NOT NULL,
    name text,
    media_type text NOT NULL,
    size bigint NOT NULL,
    sha256 bytea NOT NULL,
    in_folder boolean NOT NULL,
    metadata_kept boolean NOT NULL,
    visibility text NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    on_behalf_of uuid,
    created_at timestamp with time zone NOT NULL,
    removed_at timestamp with time zone,
    CONSTRAINT attachments_check CHECK (((removed_at IS NULL) = (name IS NOT NULL))),
    CONSTRAINT attachments_visibility_check CHECK ((visibility = ANY (ARRAY['public'::text, 'internal'::text])))
);

ALTER TABLE ONLY public.attachments FORCE ROW LEVEL SECURITY;

-- Name: attributes; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.attributes (
    agency_id uuid NOT NULL,
    key text NOT NULL,
    name jsonb NOT NULL,
    type text NOT NULL,
    codes text[],
    purpose text NOT NULL,
    sensitive boolean DEFAULT false NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    commercial boolean DEFAULT false NOT NULL,
    CONSTRAINT attributes_type_check CHECK ((type = ANY (ARRAY['text'::text, 'code'::text, 'number'::text, 'boolean'::text, 'date'::text])))
);

ALTER TABLE ONLY public.attributes FORCE ROW LEVEL SECURITY;

-- Name: audit_entries; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.audit_entries (
    agency_id uuid NOT NULL,
    "position" bigint NOT NULL,
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    action text NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid,
    detail text,
    trace_id text,
    digest bytea NOT NULL,
    hash bytea NOT NULL
);

ALTER TABLE ONLY public.audit_entries FORCE ROW LEVEL SECURITY;

-- Name: audit_heads; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.audit_heads (
    agency_id uuid NOT NULL,
    "position" bigint NOT NULL,
    hash bytea NOT NULL
);

ALTER TABLE ONLY public.audit_heads FORCE ROW LEVEL SECURITY;

-- Name: ballot_box; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.ballot_box (
    agency_id uuid NOT NULL,
    initiative_id uuid NOT NULL,
    number text NOT NULL,
    sealed bytea NOT NULL
);
ALTER TABLE ONLY public.ballot_box ALTER COLUMN sealed SET STORAGE EXTERNAL;

ALTER TABLE ONLY public.ballot_box FORCE ROW LEVEL SECURITY;

-- Name: ballot_register; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.ballot_register (
    agency_id uuid NOT NULL,
    initiative_id uuid NOT NULL,
    participant bytea NOT NULL,
    paper boolean NOT NULL
);

ALTER TABLE ONLY public.ballot_register FORCE ROW LEVEL SECURITY;

-- Name: bulk_cases; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.bulk_cases (
    agency_id uuid NOT NULL,
    operation_id uuid NOT NULL,
    line integer NOT NULL,
    case_id uuid NOT NULL
);

ALTER TABLE ONLY public.bulk_cases FORCE ROW LEVEL SECURITY;

-- Name: bulk_orders; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.bulk_orders (
    agency_id uuid NOT NULL,
    operation_id uuid NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    actor_role text,
    work jsonb NOT NULL
);

ALTER TABLE ONLY public.bulk_orders FORCE ROW LEVEL SECURITY;

-- Name: calendars; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.calendars (
    agency_id uuid NOT NULL,
    key text NOT NULL,
    rules jsonb NOT NULL,
    edition uuid NOT NULL,
    zone_rules text NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.calendars FORCE ROW LEVEL SECURITY;

-- Name: case_escalations; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.case_escalations (
    agency_id uuid NOT NULL,
    case_id uuid NOT NULL,
    clock text NOT NULL,
    stage text NOT NULL,
    at timestamp with time zone NOT NULL,
    unit text,
    CONSTRAINT case_escalations_clock_check CHECK ((clock = ANY (ARRAY['firstResponse'::text, 'resolution'::text]))),
    CONSTRAINT case_escalations_stage_check CHECK ((stage = ANY (ARRAY['foreseen'::text, 'breached'::text])))
);

ALTER TABLE ONLY public.case_escalations FORCE ROW LEVEL SECURITY;

-- Name: case_history; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.case_history (
    agency_id uuid NOT NULL,
    case_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    from_status text,
    to_status text,
    reason text,
    note_id uuid,
    actor_kind text NOT NULL,
    actor_id uuid,
    detail jsonb,
    outcome text,
    verdict text,
    on_behalf_of uuid,
    attachment_id uuid,
    for_organisation text
);

ALTER TABLE ONLY public.case_history FORCE ROW LEVEL SECURITY;

-- Name: case_links; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.case_links (
    agency_id uuid NOT NULL,
    case_id uuid NOT NULL,
    id uuid NOT NULL,
    to_case uuid NOT NULL,
    type text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT case_links_check CHECK ((case_id <> to_case)),
    CONSTRAINT case_links_type_check CHECK ((type = ANY (ARRAY['related'::text, 'causedBy'::text, 'followUp'::text])))
);

ALTER TABLE ONLY public.case_links FORCE ROW LEVEL SECURITY;

-- Name: case_notes; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.case_notes (
    agency_id uuid NOT NULL,
    case_id uuid NOT NULL,
    id uuid NOT NULL,
    text text,
    visibility text NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    created_at timestamp with time zone NOT NULL,
    on_behalf_of uuid,
    CONSTRAINT case_notes_visibility_check CHECK ((visibility = ANY (ARRAY['public'::text, 'internal'::text])))
);

ALTER TABLE ONLY public.case_notes FORCE ROW LEVEL SECURITY;

-- Name: case_numbers; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.case_numbers (
    agency_id uuid NOT NULL,
    last_number bigint NOT NULL
);

ALTER TABLE ONLY public.case_numbers FORCE ROW LEVEL SECURITY;

-- Name: case_questions; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.case_questions (
    agency_id uuid NOT NULL,
    case_id uuid NOT NULL,
    id uuid NOT NULL,
    note_id uuid NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    ended_by text,
    end_note_id uuid,
    CONSTRAINT case_questions_check CHECK ((((ended_at IS NULL) = (ended_by IS NULL)) AND (ended_at >= asked_at))),
    CONSTRAINT case_questions_ended_by_check CHECK ((ended_by = ANY (ARRAY['answered'::text, 'withdrawn'::text])))
);

ALTER TABLE ONLY public.case_questions FORCE ROW LEVEL SECURITY;

-- Name: case_rules; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.case_rules (
    agency_id uuid NOT NULL,
    reopen_within_days integer NOT NULL,
    most_reopenings integer NOT NULL,
    who_confirms text NOT NULL,
    recover_within_days integer NOT NULL,
    follow_up_question jsonb NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT case_rules_most_reopenings_check CHECK ((most_reopenings >= 0)),
    CONSTRAINT case_rules_recover_within_days_check CHECK ((recover_within_days >= 1)),
    CONSTRAINT case_rules_reopen_within_days_check CHECK ((reopen_within_days >= 0)),
    CONSTRAINT case_rules_who_confirms_check CHECK ((who_confirms = ANY (ARRAY['submitter'::text, 'codeHolder'::text, 'staff'::text])))
);

ALTER TABLE ONLY public.case_rules FORCE ROW LEVEL SECURITY;

-- Name: cases; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.cases (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    number bigint NOT NULL,
    service_id uuid NOT NULL,
    service_version integer NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    channel text NOT NULL,
    title text NOT NULL,
    description text,
    latitude double precision,
    longitude double precision,
    area text,
    citizen_id uuid,
    submitted_by uuid,
    assignee uuid,
    external_id text,
    tracking_hash bytea,
    submitted_at timestamp with time zone NOT NULL,
    first_response_at timestamp with time zone,
    due_at timestamp with time zone,
    closed_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    answers jsonb,
    first_response_foreseen_at timestamp with time zone,
    first_response_due_at timestamp with time zone,
    foreseen_at timestamp with time zone,
    paused_at timestamp with time zone,
    first_response_risk text DEFAULT 'none'::text NOT NULL,
    risk text DEFAULT 'none'::text NOT NULL,
    calendar_edition uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL,
    own_dates boolean DEFAULT false NOT NULL,
    outcome text,
    verdict text,
    verdict_at timestamp with time zone,
    round integer DEFAULT 1 NOT NULL,
    decided_at timestamp with time zone,
    merged_into uuid,
    mandate_id uuid,
    entered_by uuid,
    erased_at timestamp with time zone,
    erase_when_over boolean DEFAULT false NOT NULL,
    attachment_count integer DEFAULT 0 NOT NULL,
    unit text,
    merged_with uuid,
    offered_first_response_hours numeric,
    offered_resolution_hours numeric,
    CONSTRAINT cases_channel_check CHECK ((channel = ANY (ARRAY['web'::text, 'phone'::text, 'counter'::text, 'letter'::text, 'email'::text, 'sms'::text, 'partner'::text]))),
    CONSTRAINT cases_first_response_risk_check CHECK ((first_response_risk = ANY (ARRAY['none'::text, 'foreseen'::text, 'breached'::text]))),
    CONSTRAINT cases_kind_check CHECK ((kind = ANY (ARRAY['request'::text, 'report'::text, 'complaint'::text, 'application'::text, 'enquiry'::text, 'suggestion'::text, 'praise'::text]))),
    CONSTRAINT cases_latitude_check CHECK (((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision))),
    CONSTRAINT cases_longitude_check CHECK (((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision))),
    CONSTRAINT cases_risk_check CHECK ((risk = ANY (ARRAY['none'::text, 'foreseen'::text, 'breached'::text]))),
    CONSTRAINT cases_status_check CHECK ((status = ANY (ARRAY['submitted'::text, 'accepted'::text, 'inProgress'::text, 'resolved'::text, 'refused'::text, 'closed'::text, 'reopened'::text])))
);

ALTER TABLE ONLY public.cases FORCE ROW LEVEL SECURITY;

-- Name: citizen_identities; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.citizen_identities (
    agency_id uuid NOT NULL,
    citizen_id uuid NOT NULL,
    external_id text,
    name text,
    email text,
    phone text
);

ALTER TABLE ONLY public.citizen_identities FORCE ROW LEVEL SECURITY;

-- Name: citizens; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.citizens (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    language text,
    attributes jsonb DEFAULT '{}'::jsonb NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    erased_at timestamp with time zone
);

ALTER TABLE ONLY public.citizens FORCE ROW LEVEL SECURITY;

-- Name: consents; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.consents (
    agency_id uuid NOT NULL,
    citizen_id uuid NOT NULL,
    use_key text NOT NULL,
    id uuid NOT NULL,
    given boolean NOT NULL,
    channel text NOT NULL,
    recorded_by uuid,
    at timestamp with time zone NOT NULL,
    CONSTRAINT consents_channel_check CHECK ((channel = ANY (ARRAY['web'::text, 'phone'::text, 'counter'::text, 'letter'::text, 'email'::text, 'sms'::text, 'partner'::text])))
);

ALTER TABLE ONLY public.consents FORCE ROW LEVEL SECURITY;

-- Name: contributions; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.contributions (
    agency_id uuid NOT NULL,
    initiative_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    passage text,
    CONSTRAINT contributions_kind_check CHECK ((kind = ANY (ARRAY['advice'::text, 'criticism'::text, 'proposal'::text])))
);

ALTER TABLE ONLY public.contributions FORCE ROW LEVEL SECURITY;

-- Name: data_uses; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.data_uses (
    agency_id uuid NOT NULL,
    key text NOT NULL,
    name jsonb NOT NULL,
    purpose jsonb NOT NULL,
    legal_basis text NOT NULL,
    provision text,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT data_uses_legal_basis_check CHECK ((legal_basis = ANY (ARRAY['consent'::text, 'contract'::text, 'legalObligation'::text, 'vitalInterests'::text, 'publicTask'::text, 'legitimateInterests'::text])))
);

ALTER TABLE ONLY public.data_uses FORCE ROW LEVEL SECURITY;

-- Name: decision_counts; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.decision_counts (
    agency_id uuid NOT NULL,
    initiative_id uuid NOT NULL,
    file bytea NOT NULL,
    digest text NOT NULL,
    ballots integer NOT NULL,
    paper integer NOT NULL,
    left_out integer NOT NULL,
    eligible bigint NOT NULL,
    representativeness jsonb,
    opened_at timestamp with time zone NOT NULL,
    outcome jsonb,
    counted_at timestamp with time zone,
    departure jsonb,
    version bigint DEFAULT 1 NOT NULL
);

ALTER TABLE ONLY public.decision_counts FORCE ROW LEVEL SECURITY;

-- Name: decision_options; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.decision_options (
    agency_id uuid NOT NULL,
    initiative_id uuid NOT NULL,
    key text NOT NULL,
    place integer NOT NULL,
    title jsonb NOT NULL,
    description jsonb,
    cost numeric,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.decision_options FORCE ROW LEVEL SECURITY;

-- Name: design_proposals; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.design_proposals (
    agency_id uuid NOT NULL,
    design_id uuid NOT NULL,
    id uuid NOT NULL,
    part text NOT NULL
);

ALTER TABLE ONLY public.design_proposals FORCE ROW LEVEL SECURITY;

-- Name: discussion_posts; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.discussion_posts (
    agency_id uuid NOT NULL,
    discussion_id uuid NOT NULL,
    id uuid NOT NULL
);

ALTER TABLE ONLY public.discussion_posts FORCE ROW LEVEL SECURITY;

-- Name: discussions; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.discussions (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    service_id uuid NOT NULL,
    kind text NOT NULL,
    accepted_answer uuid,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT discussions_kind_check CHECK ((kind = ANY (ARRAY['experience'::text, 'question'::text])))
);

ALTER TABLE ONLY public.discussions FORCE ROW LEVEL SECURITY;

-- Name: erased_sign_ins; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.erased_sign_ins (
    agency_id uuid NOT NULL,
    subject_hash bytea NOT NULL,
    until timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.erased_sign_ins FORCE ROW LEVEL SECURITY;

-- Name: export_chunks; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.export_chunks (
    agency_id uuid NOT NULL,
    export_id uuid NOT NULL,
    ordinal integer NOT NULL,
    bytes bytea NOT NULL
);

ALTER TABLE ONLY public.export_chunks FORCE ROW LEVEL SECURITY;

-- Name: exports; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.exports (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    format text NOT NULL,
    requested_by uuid,
    chunks integer DEFAULT 0 NOT NULL,
    bytes bigint,
    sha256 text,
    ready_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT exports_check CHECK ((((ready_at IS NULL) = (bytes IS NULL)) AND ((ready_at IS NULL) = (sha256 IS NULL)))),
    CONSTRAINT exports_format_check CHECK ((format = ANY (ARRAY['csv'::text, 'ndjson'::text, 'hsds'::text])))
);

ALTER TABLE ONLY public.exports FORCE ROW LEVEL SECURITY;

-- Name: floor_rules; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.floor_rules (
    agency_id uuid NOT NULL,
    share numeric NOT NULL,
    window_days integer NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT floor_rules_share_check CHECK (((share > (0)::numeric) AND (share <= (1)::numeric))),
    CONSTRAINT floor_rules_window_days_check CHECK (((window_days >= 1) AND (window_days <= 730)))
);

ALTER TABLE ONLY public.floor_rules FORCE ROW LEVEL SECURITY;

-- Name: idempotency_keys; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.idempotency_keys (
    agency_id uuid NOT NULL,
    key_hash bytea NOT NULL,
    request_hash bytea NOT NULL,
    claim uuid NOT NULL,
    status integer,
    location text,
    etag text,
    body bytea,
    number bigint,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.idempotency_keys FORCE ROW LEVEL SECURITY;

-- Name: identity_providers; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.identity_providers (
    agency_id uuid NOT NULL,
    issuer text NOT NULL,
    audience text NOT NULL,
    role_claim text,
    roles jsonb DEFAULT '{}'::jsonb NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.identity_providers FORCE ROW LEVEL SECURITY;

-- Name: import_chunks; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.import_chunks (
    agency_id uuid NOT NULL,
    operation_id uuid NOT NULL,
    ordinal integer NOT NULL,
    bytes bytea NOT NULL,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.import_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;

ALTER TABLE ONLY public.import_chunks FORCE ROW LEVEL SECURITY;

-- Name: import_mappings; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.import_mappings (
    agency_id uuid NOT NULL,
    key text NOT NULL,
    mapping jsonb NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.import_mappings FORCE ROW LEVEL SECURITY;

-- Name: import_promises; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.import_promises (
    agency_id uuid NOT NULL,
    operation_id uuid NOT NULL,
    records integer NOT NULL,
    first_number bigint NOT NULL,
    numbers bigint NOT NULL
);

ALTER TABLE ONLY public.import_promises FORCE ROW LEVEL SECURITY;

-- Name: initiative_census; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.initiative_census (
    agency_id uuid NOT NULL,
    initiative_id uuid NOT NULL,
    citizen_id uuid NOT NULL
);

ALTER TABLE ONLY public.initiative_census FORCE ROW LEVEL SECURITY;

-- Name: initiative_history; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.initiative_history (
    agency_id uuid NOT NULL,
    initiative_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    reason jsonb,
    detail jsonb
);

ALTER TABLE ONLY public.initiative_history FORCE ROW LEVEL SECURITY;

-- Name: initiatives; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.initiatives (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    key text NOT NULL,
    title jsonb NOT NULL,
    summary jsonb,
    tier text NOT NULL,
    mandate jsonb,
    binding boolean NOT NULL,
    decision jsonb,
    segments text[] NOT NULL,
    areas text[] NOT NULL,
    area_attribute text,
    census boolean NOT NULL,
    languages text[] NOT NULL,
    channels text[] NOT NULL,
    phases jsonb NOT NULL,
    derived_from uuid,
    insight_id uuid,
    case_id uuid,
    published_at timestamp with time zone,
    opens_at timestamp with time zone NOT NULL,
    closes_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT initiatives_check CHECK ((closes_at > opens_at)),
    CONSTRAINT initiatives_check1 CHECK (((tier = 'consultation'::text) OR (decision IS NOT NULL) OR (tier = 'execution'::text))),
    CONSTRAINT initiatives_check2 CHECK (((cardinality(areas) = 0) OR (area_attribute IS NOT NULL))),
    CONSTRAINT initiatives_tier_check CHECK ((tier = ANY (ARRAY['consultation'::text, 'decision'::text, 'execution'::text])))
);

ALTER TABLE ONLY public.initiatives FORCE ROW LEVEL SECURITY;

-- Name: insight_history; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.insight_history (
    agency_id uuid NOT NULL,
    insight_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    from_state text,
    to_state text,
    reason jsonb,
    detail jsonb,
    actor_kind text NOT NULL,
    actor_id uuid
);

ALTER TABLE ONLY public.insight_history FORCE ROW LEVEL SECURITY;

-- Name: insight_measures; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.insight_measures (
    agency_id uuid NOT NULL,
    insight_id uuid NOT NULL,
    id uuid NOT NULL,
    spec jsonb NOT NULL,
    due_at timestamp with time zone NOT NULL,
    result jsonb,
    measured_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.insight_measures FORCE ROW LEVEL SECURITY;

-- Name: insights; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.insights (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL,
    source text NOT NULL,
    title jsonb NOT NULL,
    text jsonb NOT NULL,
    evidence jsonb,
    origin jsonb NOT NULL,
    service_id uuid,
    owner uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    found_at timestamp with time zone NOT NULL,
    decision text,
    reason jsonb,
    decided_at timestamp with time zone,
    decided_by uuid,
    decided_in_time boolean,
    promised_at timestamp with time zone,
    action_service uuid,
    action_version integer,
    action_text jsonb,
    acted_at timestamp with time zone,
    withdrawn_reason jsonb,
    ended_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    weighed jsonb,
    CONSTRAINT insights_check CHECK ((((decision IS NULL) = (decided_at IS NULL)) AND ((decision IS NULL) = (reason IS NULL)))),
    CONSTRAINT insights_check1 CHECK (((action_service IS NULL) = (action_version IS NULL))),
    CONSTRAINT insights_decision_check CHECK ((decision = ANY (ARRAY['accepted'::text, 'partly'::text, 'declined'::text, 'noted'::text]))),
    CONSTRAINT insights_source_check CHECK ((source = ANY (ARRAY['survey'::text, 'cases'::text, 'participation'::text, 'discussion'::text, 'staff'::text, 'superior'::text, 'budget'::text]))),
    CONSTRAINT insights_state_check CHECK ((state = ANY (ARRAY['open'::text, 'decided'::text, 'acting'::text, 'done'::text, 'measured'::text, 'closed'::text, 'withdrawn'::text])))
);

ALTER TABLE ONLY public.insights FORCE ROW LEVEL SECURITY;

-- Name: interests; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.interests (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    account_id uuid,
    official text,
    kind text NOT NULL,
    about text NOT NULL,
    subject text NOT NULL,
    statement jsonb NOT NULL,
    declared_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT interests_about_check CHECK ((about = ANY (ARRAY['service'::text, 'initiative'::text, 'organisation'::text]))),
    CONSTRAINT interests_check CHECK ((num_nonnulls(account_id, official) = 1)),
    CONSTRAINT interests_kind_check CHECK ((kind = ANY (ARRAY['property'::text, 'employment'::text, 'family'::text, 'membership'::text, 'office'::text, 'other'::text])))
);

ALTER TABLE ONLY public.interests FORCE ROW LEVEL SECURITY;

-- Name: list_sightings; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.list_sightings (
    agency_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    day integer NOT NULL,
    actor_id uuid NOT NULL,
    "position" bigint NOT NULL
);

ALTER TABLE ONLY public.list_sightings FORCE ROW LEVEL SECURITY;

-- Name: mailbox_messages; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.mailbox_messages (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    case_id uuid NOT NULL,
    recipient_id uuid NOT NULL,
    channel text NOT NULL,
    address text NOT NULL,
    language text NOT NULL,
    subject text,
    body text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT mailbox_messages_channel_check CHECK ((channel = ANY (ARRAY['email'::text, 'sms'::text])))
);

ALTER TABLE ONLY public.mailbox_messages FORCE ROW LEVEL SECURITY;

-- Name: mandate_codes; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.mandate_codes (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    citizen_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    service_ids uuid[],
    valid_until timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    redeemed_at timestamp with time zone,
    entered_by uuid,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.mandate_codes FORCE ROW LEVEL SECURITY;

-- Name: mandates; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.mandates (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    citizen_id uuid NOT NULL,
    account_id uuid,
    person_id uuid,
    organisation text,
    service_ids uuid[],
    valid_from timestamp with time zone NOT NULL,
    valid_until timestamp with time zone,
    given text NOT NULL,
    evidence text,
    entered_by uuid,
    revoked_at timestamp with time zone,
    revoked_by uuid,
    revoked_reason text,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT mandates_check CHECK ((num_nonnulls(account_id, person_id, organisation) = 1)),
    CONSTRAINT mandates_check1 CHECK ((person_id <> citizen_id)),
    CONSTRAINT mandates_check2 CHECK ((valid_until > valid_from)),
    CONSTRAINT mandates_given_check CHECK ((given = ANY (ARRAY['paper'::text, 'code'::text, 'court'::text])))
);

ALTER TABLE ONLY public.mandates FORCE ROW LEVEL SECURITY;

-- Name: messages; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.messages (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    event_id uuid NOT NULL,
    case_id uuid,
    recipient_id uuid NOT NULL,
    representative boolean NOT NULL,
    channel text,
    template text NOT NULL,
    language text NOT NULL,
    state text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    remark_id uuid,
    CONSTRAINT messages_channel_check CHECK ((channel = ANY (ARRAY['email'::text, 'sms'::text]))),
    CONSTRAINT messages_check CHECK ((((state = 'sent'::text) = (sent_at IS NOT NULL)) AND ((channel IS NOT NULL) OR (state = 'suppressed'::text)))),
    CONSTRAINT messages_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sent'::text, 'failed'::text, 'suppressed'::text])))
);

ALTER TABLE ONLY public.messages FORCE ROW LEVEL SECURITY;

-- Name: moderation_rules; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.moderation_rules (
    agency_id uuid NOT NULL,
    key text NOT NULL,
    title jsonb NOT NULL,
    text jsonb NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.moderation_rules FORCE ROW LEVEL SECURITY;

-- Name: notice_recipients; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.notice_recipients (
    agency_id uuid NOT NULL,
    sending_id uuid NOT NULL,
    citizen_id uuid NOT NULL,
    channel text NOT NULL,
    state text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_at timestamp with time zone NOT NULL,
    CONSTRAINT notice_recipients_channel_check CHECK ((channel = ANY (ARRAY['email'::text, 'sms'::text]))),
    CONSTRAINT notice_recipients_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sent'::text, 'failed'::text, 'refused'::text])))
);

ALTER TABLE ONLY public.notice_recipients FORCE ROW LEVEL SECURITY;

-- Name: notice_sendings; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.notice_sendings (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    article_id uuid NOT NULL,
    number integer NOT NULL,
    state text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    over_at timestamp with time zone,
    addressed bigint,
    written_to bigint,
    CONSTRAINT notice_sendings_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sending'::text, 'sent'::text, 'stopped'::text, 'noWay'::text])))
);

ALTER TABLE ONLY public.notice_sendings FORCE ROW LEVEL SECURITY;

-- Name: open311_requests; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.open311_requests (
    agency_id uuid NOT NULL,
    case_id uuid NOT NULL,
    address text,
    address_id text,
    media_url text
);

ALTER TABLE ONLY public.open311_requests FORCE ROW LEVEL SECURITY;

-- Name: open311_settings; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.open311_settings (
    agency_id uuid NOT NULL,
    jurisdiction_id text,
    contact text,
    key_service text,
    extended_statuses boolean NOT NULL,
    version bigint NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.open311_settings FORCE ROW LEVEL SECURITY;

-- Name: open311_told; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.open311_told (
    agency_id uuid NOT NULL,
    case_id uuid NOT NULL,
    sender uuid NOT NULL,
    decided_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.open311_told FORCE ROW LEVEL SECURITY;

-- Name: open311_updates; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.open311_updates (
    agency_id uuid NOT NULL,
    case_id uuid NOT NULL,
    sender uuid NOT NULL,
    update_id text NOT NULL,
    id uuid NOT NULL,
    status text NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    applied_until timestamp with time zone NOT NULL,
    moved boolean NOT NULL,
    text_hash bytea
);

ALTER TABLE ONLY public.open311_updates FORCE ROW LEVEL SECURITY;

-- Name: operation_rejections; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.operation_rejections (
    agency_id uuid NOT NULL,
    operation_id uuid NOT NULL,
    line bigint NOT NULL,
    column_name text NOT NULL,
    code text NOT NULL,
    detail text NOT NULL
);

ALTER TABLE ONLY public.operation_rejections FORCE ROW LEVEL SECURITY;

-- Name: operations; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.operations (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    arguments jsonb NOT NULL,
    processed bigint DEFAULT 0 NOT NULL,
    total bigint,
    accepted bigint DEFAULT 0 NOT NULL,
    unchanged bigint DEFAULT 0 NOT NULL,
    rejected bigint DEFAULT 0 NOT NULL,
    error text,
    cancel_requested_at timestamp with time zone,
    requested_by uuid,
    attempt integer DEFAULT 0 NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    CONSTRAINT operations_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text])))
);

ALTER TABLE ONLY public.operations FORCE ROW LEVEL SECURITY;

-- Name: opposed_demands; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.opposed_demands (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    service_id uuid NOT NULL,
    state text NOT NULL,
    title jsonb NOT NULL,
    sides jsonb NOT NULL,
    evidence jsonb,
    found_at timestamp with time zone NOT NULL,
    found_by uuid,
    invitation jsonb,
    opens_at timestamp with time zone,
    closes_at timestamp with time zone,
    statement jsonb,
    public_interest jsonb,
    closed_reason jsonb,
    ended_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    found_in text,
    CONSTRAINT opposed_demands_check CHECK (((state <> 'agreed'::text) OR ((statement IS NOT NULL) AND (public_interest IS NOT NULL)))),
    CONSTRAINT opposed_demands_state_check CHECK ((state = ANY (ARRAY['proposed'::text, 'open'::text, 'dialogue'::text, 'agreed'::text, 'closed'::text, 'dismissed'::text])))
);

ALTER TABLE ONLY public.opposed_demands FORCE ROW LEVEL SECURITY;

-- Name: organisation_members; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.organisation_members (
    agency_id uuid NOT NULL,
    organisation text NOT NULL,
    account_id uuid NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.organisation_members FORCE ROW LEVEL SECURITY;

-- Name: organisation_support; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.organisation_support (
    agency_id uuid NOT NULL,
    organisation text NOT NULL,
    id uuid NOT NULL,
    given_on date NOT NULL,
    kind text NOT NULL,
    amount numeric(14,2),
    currency text,
    text jsonb NOT NULL,
    outcome jsonb,
    outcome_on date,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT organisation_support_amount_check CHECK ((amount > (0)::numeric)),
    CONSTRAINT organisation_support_check CHECK ((((amount IS NULL) = (currency IS NULL)) AND ((outcome IS NULL) = (outcome_on IS NULL)) AND ((outcome_on IS NULL) OR (outcome_on >= given_on)))),
    CONSTRAINT organisation_support_kind_check CHECK ((kind = ANY (ARRAY['money'::text, 'space'::text, 'equipment'::text, 'training'::text, 'time'::text, 'other'::text])))
);

ALTER TABLE ONLY public.organisation_support FORCE ROW LEVEL SECURITY;

-- Name: organisations; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.organisations (
    agency_id uuid NOT NULL,
    key text NOT NULL,
    name jsonb NOT NULL,
    description jsonb,
    contact jsonb,
    acts text[] NOT NULL,
    closed boolean DEFAULT false NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.organisations FORCE ROW LEVEL SECURITY;

-- Name: outbox; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.outbox (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    type text NOT NULL,
    subject_id uuid NOT NULL,
    data jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    "position" bigint
);

ALTER TABLE ONLY public.outbox FORCE ROW LEVEL SECURITY;

-- Name: outbox_heads; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.outbox_heads (
    agency_id uuid NOT NULL,
    "position" bigint NOT NULL
);

ALTER TABLE ONLY public.outbox_heads FORCE ROW LEVEL SECURITY;

-- Name: paper_entries; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.paper_entries (
    agency_id uuid NOT NULL,
    initiative_id uuid NOT NULL,
    number text NOT NULL,
    clerk uuid NOT NULL,
    sealed bytea NOT NULL,
    digest bytea NOT NULL
);

ALTER TABLE ONLY public.paper_entries FORCE ROW LEVEL SECURITY;

-- Name: partner_cases; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.partner_cases (
    agency_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    case_id uuid NOT NULL,
    origin text NOT NULL,
    reference text,
    token text,
    status text,
    seen text,
    moved_at timestamp with time zone,
    changed_at timestamp with time zone,
    checked_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    forgotten_until timestamp with time zone,
    CONSTRAINT partner_cases_origin_check CHECK ((origin = ANY (ARRAY['sent'::text, 'imported'::text])))
);

ALTER TABLE ONLY public.partner_cases FORCE ROW LEVEL SECURITY;

-- Name: partner_deliveries; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.partner_deliveries (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    partner_id uuid NOT NULL,
    case_id uuid NOT NULL,
    event_id uuid NOT NULL,
    kind text NOT NULL,
    step text NOT NULL,
    outcome text,
    note_id uuid,
    "position" bigint NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    state text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_at timestamp with time zone NOT NULL,
    first_tried_at timestamp with time zone,
    last_tried_at timestamp with time zone,
    uncertain boolean DEFAULT false NOT NULL,
    status integer,
    error text,
    answer text,
    milliseconds integer,
    sent_status text,
    their_id text,
    delivered_at timestamp with time zone,
    decided_by uuid,
    decided_at timestamp with time zone,
    reason text,
    created_at timestamp with time zone NOT NULL,
    picture_id uuid,
    CONSTRAINT partner_deliveries_check CHECK (((state = 'delivered'::text) = (delivered_at IS NOT NULL))),
    CONSTRAINT partner_deliveries_kind_check CHECK ((kind = ANY (ARRAY['request'::text, 'update'::text]))),
    CONSTRAINT partner_deliveries_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'failed'::text, 'givenUp'::text])))
);

ALTER TABLE ONLY public.partner_deliveries FORCE ROW LEVEL SECURITY;

-- Name: partner_updates; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.partner_updates (
    agency_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    update_id text NOT NULL,
    case_id uuid NOT NULL,
    status text,
    changed_at timestamp with time zone NOT NULL,
    became text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    CONSTRAINT partner_updates_became_check CHECK ((became = ANY (ARRAY['moved'::text, 'noted'::text, 'older'::text, 'unmapped'::text, 'impossible'::text, 'own'::text, 'nothing'::text])))
);

ALTER TABLE ONLY public.partner_updates FORCE ROW LEVEL SECURITY;

-- Name: partners; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.partners (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    url text NOT NULL,
    format text NOT NULL,
    jurisdiction text,
    api_key bytea,
    state text NOT NULL,
    stopped_because text,
    stopped_at timestamp with time zone,
    sends_cases boolean NOT NULL,
    sends_updates boolean NOT NULL,
    forwards boolean NOT NULL,
    fetches text NOT NULL,
    fetch_minutes integer NOT NULL,
    overlap_hours integer NOT NULL,
    services jsonb NOT NULL,
    statuses_in jsonb NOT NULL,
    statuses_out jsonb NOT NULL,
    identity jsonb,
    failures integer DEFAULT 0 NOT NULL,
    failing_since timestamp with time zone,
    blocked_until timestamp with time zone,
    sent_at timestamp with time zone,
    fetch_due_at timestamp with time zone NOT NULL,
    fetched_at timestamp with time zone,
    fetch_failing_since timestamp with time zone,
    fetch_error text,
    high_water timestamp with time zone,
    clock_ahead integer,
    told_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    sends_pictures boolean NOT NULL,
    CONSTRAINT partners_check CHECK (((state = 'stopped'::text) = (stopped_at IS NOT NULL))),
    CONSTRAINT partners_fetch_minutes_check CHECK (((fetch_minutes >= 1) AND (fetch_minutes <= 1440))),
    CONSTRAINT partners_fetches_check CHECK ((fetches = ANY (ARRAY['nothing'::text, 'updates'::text, 'requests'::text]))),
    CONSTRAINT partners_format_check CHECK ((format = ANY (ARRAY['json'::text, 'xml'::text]))),
    CONSTRAINT partners_overlap_hours_check CHECK (((overlap_hours >= 1) AND (overlap_hours <= 168))),
    CONSTRAINT partners_state_check CHECK ((state = ANY (ARRAY['active'::text, 'stopped'::text])))
);

ALTER TABLE ONLY public.partners FORCE ROW LEVEL SECURITY;

-- Name: recoveries; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.recoveries (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    case_id uuid NOT NULL,
    round integer NOT NULL,
    state text NOT NULL,
    reason text,
    owner uuid,
    due_at timestamp with time zone NOT NULL,
    follow_up_question jsonb NOT NULL,
    answer text,
    answered_at timestamp with time zone,
    outcome text,
    outcome_text text,
    opened_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    owner_unit text,
    CONSTRAINT recoveries_check CHECK (((state = 'closed'::text) = ((outcome IS NOT NULL) AND (closed_at IS NOT NULL)))),
    CONSTRAINT recoveries_outcome_check CHECK ((outcome = ANY (ARRAY['remedied'::text, 'explained'::text, 'compensated'::text, 'noRemedy'::text, 'citizenSatisfied'::text]))),
    CONSTRAINT recoveries_state_check CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text])))
);

ALTER TABLE ONLY public.recoveries FORCE ROW LEVEL SECURITY;

-- Name: remarks; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.remarks (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    service_id uuid,
    citizen_id uuid,
    account_id uuid,
    spoken_by text NOT NULL,
    assisted boolean NOT NULL,
    channel text NOT NULL,
    signed text,
    title text,
    text text,
    removal_id uuid,
    erased_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    answer_id uuid,
    CONSTRAINT remarks_check CHECK (((text IS NULL) = (erased_at IS NOT NULL))),
    CONSTRAINT remarks_spoken_by_check CHECK ((spoken_by = ANY (ARRAY['citizen'::text, 'staff'::text])))
);

ALTER TABLE ONLY public.remarks FORCE ROW LEVEL SECURITY;

-- Name: removals; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.removals (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    remark_id uuid NOT NULL,
    rule jsonb NOT NULL,
    reason text NOT NULL,
    removed_by uuid,
    removed_at timestamp with time zone NOT NULL,
    state text NOT NULL,
    appeal text,
    appealed_at timestamp with time zone,
    decision_reason text,
    decided_by uuid,
    decided_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT removals_state_check CHECK ((state = ANY (ARRAY['standing'::text, 'appealed'::text, 'upheld'::text, 'dismissed'::text])))
);

ALTER TABLE ONLY public.removals FORCE ROW LEVEL SECURITY;

-- Name: report_books; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.report_books (
    agency_id uuid NOT NULL,
    counted_until date NOT NULL,
    counted_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.report_books FORCE ROW LEVEL SECURITY;

-- Name: report_grains; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.report_grains (
    agency_id uuid NOT NULL,
    series text NOT NULL,
    grain text NOT NULL,
    CONSTRAINT report_grains_grain_check CHECK ((grain = ANY (ARRAY['month'::text, 'quarter'::text, 'year'::text]))),
    CONSTRAINT report_grains_series_check CHECK ((series = ANY (ARRAY['submitted'::text, 'answered'::text, 'decided'::text, 'standard'::text, 'verdict'::text, 'contributed'::text])))
);

ALTER TABLE ONLY public.report_grains FORCE ROW LEVEL SECURITY;

-- Name: report_mailings; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.report_mailings (
    agency_id uuid NOT NULL,
    subscription_id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL,
    error text,
    sent_at timestamp with time zone,
    CONSTRAINT report_mailings_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sent'::text, 'failed'::text])))
);

ALTER TABLE ONLY public.report_mailings FORCE ROW LEVEL SECURITY;

-- Name: report_months; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.report_months (
    agency_id uuid NOT NULL,
    month date NOT NULL,
    counts jsonb NOT NULL,
    counted_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.report_months FORCE ROW LEVEL SECURITY;

-- Name: report_pages; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.report_pages (
    agency_id uuid NOT NULL,
    report text NOT NULL,
    breakdown text NOT NULL,
    grain text NOT NULL,
    begins date NOT NULL,
    document bytea NOT NULL,
    figures integer NOT NULL,
    hidden integer NOT NULL,
    counted_at timestamp with time zone NOT NULL,
    CONSTRAINT report_pages_grain_check CHECK ((grain = ANY (ARRAY['month'::text, 'quarter'::text, 'year'::text])))
);

ALTER TABLE ONLY public.report_pages FORCE ROW LEVEL SECURITY;

-- Name: report_subscriptions; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.report_subscriptions (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    report text NOT NULL,
    breakdown text NOT NULL,
    period text NOT NULL,
    schedule text NOT NULL,
    recipients uuid[] NOT NULL,
    language text NOT NULL,
    next_at timestamp with time zone NOT NULL,
    created_by uuid,
    created_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT report_subscriptions_period_check CHECK ((period = ANY (ARRAY['month'::text, 'quarter'::text, 'year'::text]))),
    CONSTRAINT report_subscriptions_schedule_check CHECK ((schedule = ANY (ARRAY['weekly'::text, 'monthly'::text, 'quarterly'::text])))
);

ALTER TABLE ONLY public.report_subscriptions FORCE ROW LEVEL SECURITY;

-- Name: retention_rules; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.retention_rules (
    agency_id uuid NOT NULL,
    service_id uuid NOT NULL,
    months integer NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT retention_rules_months_check CHECK (((months >= 0) AND (months <= 1200)))
);

ALTER TABLE ONLY public.retention_rules FORCE ROW LEVEL SECURITY;

-- Name: scarcity_rules; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.scarcity_rules (
    agency_id uuid NOT NULL,
    key text NOT NULL,
    service_id uuid NOT NULL,
    name jsonb NOT NULL,
    terms jsonb NOT NULL,
    state text NOT NULL,
    reason jsonb,
    published_at timestamp with time zone,
    published_by uuid,
    retired_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT scarcity_rules_check CHECK (((state = 'draft'::text) OR ((reason IS NOT NULL) AND (published_at IS NOT NULL)))),
    CONSTRAINT scarcity_rules_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'published'::text, 'retired'::text])))
);

ALTER TABLE ONLY public.scarcity_rules FORCE ROW LEVEL SECURITY;

-- Name: scarcity_simulations; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.scarcity_simulations (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    service_id uuid NOT NULL,
    rule_key text NOT NULL,
    spec jsonb NOT NULL,
    result jsonb,
    created_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone
);

ALTER TABLE ONLY public.scarcity_simulations FORCE ROW LEVEL SECURITY;

-- Name: schema_migrations; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.schema_migrations (
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

-- Name: search_documents; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.search_documents (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    language text NOT NULL,
    title text NOT NULL,
    shown text NOT NULL,
    valid_from timestamp with time zone,
    valid_to timestamp with time zone
);

ALTER TABLE ONLY public.search_documents FORCE ROW LEVEL SECURITY;

-- Name: search_spellings; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.search_spellings (
    agency_id uuid NOT NULL,
    form text NOT NULL,
    word text NOT NULL,
    lexeme text NOT NULL
);

ALTER TABLE ONLY public.search_spellings FORCE ROW LEVEL SECURITY;

-- Name: search_words; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.search_words (
    agency_id uuid NOT NULL,
    word text NOT NULL,
    weight real NOT NULL,
    document uuid NOT NULL,
    kind text NOT NULL
);

ALTER TABLE ONLY public.search_words FORCE ROW LEVEL SECURITY;

-- Name: segment_advice; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.segment_advice (
    agency_id uuid NOT NULL,
    segment_id uuid NOT NULL,
    advice_key text NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.segment_advice FORCE ROW LEVEL SECURITY;

-- Name: segment_changes; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.segment_changes (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    citizen_id uuid NOT NULL
);

ALTER TABLE ONLY public.segment_changes FORCE ROW LEVEL SECURITY;

-- Name: segment_evaluations; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.segment_evaluations (
    agency_id uuid NOT NULL,
    evaluated_at timestamp with time zone NOT NULL,
    moved_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.segment_evaluations FORCE ROW LEVEL SECURITY;

-- Name: segment_members; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.segment_members (
    agency_id uuid NOT NULL,
    segment_id uuid NOT NULL,
    citizen_id uuid NOT NULL,
    valid_from timestamp with time zone NOT NULL,
    valid_to timestamp with time zone
);

ALTER TABLE ONLY public.segment_members FORCE ROW LEVEL SECURITY;

-- Name: segment_offers; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.segment_offers (
    agency_id uuid NOT NULL,
    segment_id uuid NOT NULL,
    service_id uuid NOT NULL,
    first_response_hours numeric,
    resolution_hours numeric,
    channels text[],
    languages text[],
    priority integer,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.segment_offers FORCE ROW LEVEL SECURITY;

-- Name: segment_snapshots; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.segment_snapshots (
    agency_id uuid NOT NULL,
    segment_id uuid NOT NULL,
    id uuid NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    size bigint NOT NULL,
    shown_size bigint,
    shown_added bigint,
    shown_removed bigint
);

ALTER TABLE ONLY public.segment_snapshots FORCE ROW LEVEL SECURITY;

-- Name: segment_tellings; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.segment_tellings (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    rule jsonb,
    size bigint NOT NULL,
    told_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.segment_tellings FORCE ROW LEVEL SECURITY;

-- Name: segments; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.segments (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    key text NOT NULL,
    name jsonb NOT NULL,
    parent_id uuid,
    rule jsonb NOT NULL,
    variant jsonb,
    sensitive boolean NOT NULL,
    by_behaviour boolean NOT NULL,
    pending boolean DEFAULT true NOT NULL,
    evaluated_at timestamp with time zone,
    retired_at timestamp with time zone,
    merged_into uuid,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.segments FORCE ROW LEVEL SECURITY;

-- Name: service_designs; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.service_designs (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    service_id uuid NOT NULL,
    service_version integer NOT NULL,
    title jsonb NOT NULL,
    text jsonb,
    closes_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.service_designs FORCE ROW LEVEL SECURITY;

-- Name: service_floors; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.service_floors (
    agency_id uuid NOT NULL,
    service_id uuid NOT NULL,
    measured_at timestamp with time zone NOT NULL,
    cases bigint NOT NULL,
    met bigint NOT NULL,
    holds boolean NOT NULL
);

ALTER TABLE ONLY public.service_floors FORCE ROW LEVEL SECURITY;

-- Name: service_rating_editions; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.service_rating_editions (
    agency_id uuid NOT NULL,
    service_id uuid NOT NULL,
    edition integer NOT NULL,
    ratings bigint NOT NULL,
    mean numeric NOT NULL,
    taken_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.service_rating_editions FORCE ROW LEVEL SECURITY;

-- Name: service_ratings; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.service_ratings (
    agency_id uuid NOT NULL,
    service_id uuid NOT NULL,
    citizen_id uuid NOT NULL,
    stars integer NOT NULL,
    edition integer,
    rated_at timestamp with time zone NOT NULL,
    CONSTRAINT service_ratings_stars_check CHECK (((stars >= 1) AND (stars <= 5)))
);

ALTER TABLE ONLY public.service_ratings FORCE ROW LEVEL SECURITY;

-- Name: service_versions; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.service_versions (
    agency_id uuid NOT NULL,
    service_id uuid NOT NULL,
    number integer NOT NULL,
    state text NOT NULL,
    name jsonb NOT NULL,
    description jsonb,
    serves jsonb,
    rights jsonb,
    calendar text,
    first_response_hours numeric(9,2),
    resolution_hours numeric(9,2),
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    published_at timestamp with time zone,
    retired_at timestamp with time zone,
    eligibility jsonb,
    documents jsonb,
    cost jsonb,
    channels text[],
    unit text,
    spoken jsonb,
    keywords jsonb,
    questions jsonb,
    CONSTRAINT service_versions_check CHECK (((state = 'draft'::text) OR ((serves IS NOT NULL) AND (rights IS NOT NULL) AND (first_response_hours IS NOT NULL) AND (resolution_hours IS NOT NULL)))),
    CONSTRAINT service_versions_first_response_hours_check CHECK ((first_response_hours > (0)::numeric)),
    CONSTRAINT service_versions_resolution_hours_check CHECK ((resolution_hours > (0)::numeric)),
    CONSTRAINT service_versions_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'published'::text, 'retired'::text])))
);

ALTER TABLE ONLY public.service_versions FORCE ROW LEVEL SECURITY;

-- Name: services; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.services (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    key text NOT NULL,
    published_version integer,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.services FORCE ROW LEVEL SECURITY;

-- Name: signing_keys; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.signing_keys (
    id text NOT NULL,
    private_key bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    signs_from timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

-- Name: support_requests; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.support_requests (
    agency_id uuid NOT NULL,
    task_id uuid NOT NULL,
    id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.support_requests FORCE ROW LEVEL SECURITY;

-- Name: survey_code_editions; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.survey_code_editions (
    agency_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    question text NOT NULL,
    edition integer NOT NULL,
    codes jsonb NOT NULL,
    counts bytea NOT NULL,
    shown jsonb NOT NULL
);

ALTER TABLE ONLY public.survey_code_editions FORCE ROW LEVEL SECURITY;

-- Name: survey_coded_texts; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.survey_coded_texts (
    agency_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    response_id uuid NOT NULL,
    question text NOT NULL,
    codes text[] NOT NULL,
    counted text[]
);

ALTER TABLE ONLY public.survey_coded_texts FORCE ROW LEVEL SECURITY;

-- Name: survey_codes; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.survey_codes (
    agency_id uuid NOT NULL,
    survey_id uuid NOT NULL,
    question text NOT NULL,
    codes jsonb NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.survey_codes FORCE ROW LEVEL SECURITY;

-- Name: survey_counts; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.survey_counts (
    agency_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    id uuid NOT NULL,
    counts bytea NOT NULL
);

ALTER TABLE ONLY public.survey_counts FORCE ROW LEVEL SECURITY;

-- Name: survey_editions; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.survey_editions (
    agency_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    edition integer NOT NULL,
    counts bytea NOT NULL,
    shown jsonb NOT NULL
);

ALTER TABLE ONLY public.survey_editions FORCE ROW LEVEL SECURITY;

-- Name: survey_inbox; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.survey_inbox (
    agency_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    id uuid NOT NULL,
    sealed bytea NOT NULL
);
ALTER TABLE ONLY public.survey_inbox ALTER COLUMN sealed SET STORAGE EXTERNAL;

ALTER TABLE ONLY public.survey_inbox FORCE ROW LEVEL SECURITY;

-- Name: survey_invitations; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.survey_invitations (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    wave_id uuid NOT NULL,
    operation_id uuid NOT NULL,
    citizen_id uuid,
    channel text NOT NULL,
    token_hash bytea NOT NULL,
    state text NOT NULL,
    error text,
    reminders integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT survey_invitations_channel_check CHECK ((channel = ANY (ARRAY['email'::text, 'sms'::text, 'letter'::text]))),
    CONSTRAINT survey_invitations_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sent'::text, 'failed'::text, 'printed'::text])))
);

ALTER TABLE ONLY public.survey_invitations FORCE ROW LEVEL SECURITY;

-- Name: survey_links; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.survey_links (
    agency_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    response_id uuid NOT NULL,
    citizen_id uuid NOT NULL
);

ALTER TABLE ONLY public.survey_links FORCE ROW LEVEL SECURITY;

-- Name: survey_margins; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.survey_margins (
    agency_id uuid NOT NULL,
    survey_id uuid NOT NULL,
    margins jsonb NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.survey_margins FORCE ROW LEVEL SECURITY;

-- Name: survey_publications; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.survey_publications (
    agency_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    edition integer DEFAULT 0 NOT NULL,
    as_of timestamp with time zone,
    responses bigint DEFAULT 0 NOT NULL,
    margins_version bigint DEFAULT 0 NOT NULL,
    refused jsonb,
    version bigint DEFAULT 0 NOT NULL,
    weightings integer DEFAULT 0 NOT NULL
);

ALTER TABLE ONLY public.survey_publications FORCE ROW LEVEL SECURITY;

-- Name: survey_register; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.survey_register (
    agency_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    participant bytea NOT NULL
);

ALTER TABLE ONLY public.survey_register FORCE ROW LEVEL SECURITY;

-- Name: survey_responses; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.survey_responses (
    agency_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    id uuid NOT NULL,
    stratum integer NOT NULL,
    answers jsonb NOT NULL,
    assisted boolean NOT NULL,
    channel text NOT NULL,
    batch integer NOT NULL,
    CONSTRAINT survey_responses_channel_check CHECK ((channel = ANY (ARRAY['web'::text, 'phone'::text, 'counter'::text, 'letter'::text, 'email'::text, 'sms'::text, 'partner'::text])))
);

ALTER TABLE ONLY public.survey_responses FORCE ROW LEVEL SECURITY;

-- Name: survey_results; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.survey_results (
    agency_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    breakdown text NOT NULL,
    weighted boolean NOT NULL,
    "position" integer NOT NULL,
    question text NOT NULL,
    document bytea NOT NULL
);

ALTER TABLE ONLY public.survey_results FORCE ROW LEVEL SECURITY;

-- Name: survey_strata; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.survey_strata (
    agency_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    stratum integer NOT NULL,
    labels jsonb NOT NULL,
    segments uuid[],
    eligible integer NOT NULL
);

ALTER TABLE ONLY public.survey_strata FORCE ROW LEVEL SECURITY;

-- Name: survey_waves; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.survey_waves (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    survey_id uuid NOT NULL,
    name text NOT NULL,
    opens_at timestamp with time zone NOT NULL,
    closes_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    embargo boolean NOT NULL,
    invited integer DEFAULT 0 NOT NULL,
    batches integer DEFAULT 0 NOT NULL,
    waiting integer DEFAULT 0 NOT NULL,
    mixed boolean DEFAULT true NOT NULL,
    strata_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT survey_waves_check CHECK ((closes_at > opens_at))
);

ALTER TABLE ONLY public.survey_waves FORCE ROW LEVEL SECURITY;

-- Name: surveys; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.surveys (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    key text NOT NULL,
    title jsonb NOT NULL,
    introduction jsonb,
    anonymity text NOT NULL,
    access text NOT NULL,
    breakdowns text[] NOT NULL,
    audience text[] NOT NULL,
    questions jsonb NOT NULL,
    embargo boolean NOT NULL,
    link_until timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    service_id uuid,
    CONSTRAINT surveys_access_check CHECK ((access = ANY (ARRAY['invited'::text, 'members'::text, 'open'::text]))),
    CONSTRAINT surveys_anonymity_check CHECK ((anonymity = ANY (ARRAY['anonymous'::text, 'confidential'::text]))),
    CONSTRAINT surveys_check CHECK (((anonymity = 'confidential'::text) OR (link_until IS NULL)))
);

ALTER TABLE ONLY public.surveys FORCE ROW LEVEL SECURITY;

-- Name: task_confirmations; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.task_confirmations (
    agency_id uuid NOT NULL,
    task_id uuid NOT NULL,
    person_id uuid NOT NULL,
    confirmed_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.task_confirmations FORCE ROW LEVEL SECURITY;

-- Name: task_pictures; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.task_pictures (
    agency_id uuid NOT NULL,
    task_id uuid NOT NULL,
    post_id uuid NOT NULL,
    id uuid NOT NULL,
    name text,
    media_type text NOT NULL,
    size bigint NOT NULL,
    sha256 bytea NOT NULL,
    in_folder boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    removed_at timestamp with time zone,
    CONSTRAINT task_pictures_check CHECK (((removed_at IS NULL) = (name IS NOT NULL)))
);

ALTER TABLE ONLY public.task_pictures FORCE ROW LEVEL SECURITY;

-- Name: task_pledges; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.task_pledges (
    agency_id uuid NOT NULL,
    task_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    amount numeric,
    withdrawn_at timestamp with time zone,
    CONSTRAINT task_pledges_amount_check CHECK ((amount > (0)::numeric)),
    CONSTRAINT task_pledges_kind_check CHECK ((kind = ANY (ARRAY['people'::text, 'hours'::text, 'things'::text, 'money'::text])))
);

ALTER TABLE ONLY public.task_pledges FORCE ROW LEVEL SECURITY;

-- Name: task_posts; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.task_posts (
    agency_id uuid NOT NULL,
    task_id uuid NOT NULL,
    id uuid NOT NULL
);

ALTER TABLE ONLY public.task_posts FORCE ROW LEVEL SECURITY;

-- Name: tasks; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.tasks (
    agency_id uuid NOT NULL,
    initiative_id uuid NOT NULL,
    id uuid NOT NULL,
    organisation text,
    case_id uuid,
    option_of uuid,
    option_key text,
    safety text,
    state text NOT NULL,
    done_at timestamp with time zone,
    confirmed_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT tasks_check CHECK (((option_of IS NULL) = (option_key IS NULL))),
    CONSTRAINT tasks_state_check CHECK ((state = ANY (ARRAY['open'::text, 'done'::text, 'confirmed'::text])))
);

ALTER TABLE ONLY public.tasks FORCE ROW LEVEL SECURITY;

-- Name: topic_supporters; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.topic_supporters (
    agency_id uuid NOT NULL,
    topic_id uuid NOT NULL,
    citizen_id uuid NOT NULL,
    supported_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.topic_supporters FORCE ROW LEVEL SECURITY;

-- Name: topics; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.topics (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    threshold integer NOT NULL,
    answer_days integer NOT NULL,
    supporters bigint DEFAULT 0 NOT NULL,
    reached_at timestamp with time zone,
    due_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT topics_check CHECK (((reached_at IS NULL) = (due_at IS NULL)))
);

ALTER TABLE ONLY public.topics FORCE ROW LEVEL SECURITY;

-- Name: unit_members; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.unit_members (
    agency_id uuid NOT NULL,
    unit text NOT NULL,
    account_id uuid NOT NULL,
    function text NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT unit_members_function_check CHECK ((function = ANY (ARRAY['head'::text, 'member'::text])))
);

ALTER TABLE ONLY public.unit_members FORCE ROW LEVEL SECURITY;

-- Name: units; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.units (
    agency_id uuid NOT NULL,
    key text NOT NULL,
    name jsonb NOT NULL,
    parent text,
    calendar text,
    contact jsonb,
    opening_hours jsonb,
    closed boolean DEFAULT false NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT units_check CHECK ((parent <> key))
);

ALTER TABLE ONLY public.units FORCE ROW LEVEL SECURITY;

-- Name: webhook_deliveries; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.webhook_deliveries (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    webhook_id uuid NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    subject_id uuid NOT NULL,
    "position" bigint NOT NULL,
    data jsonb NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    state text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_at timestamp with time zone NOT NULL,
    first_tried_at timestamp with time zone,
    last_tried_at timestamp with time zone,
    status integer,
    error text,
    answer text,
    milliseconds integer,
    delivered_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT webhook_deliveries_check CHECK (((state = 'delivered'::text) = (delivered_at IS NOT NULL))),
    CONSTRAINT webhook_deliveries_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'failed'::text])))
);

ALTER TABLE ONLY public.webhook_deliveries FORCE ROW LEVEL SECURITY;

-- Name: webhooks; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.webhooks (
    agency_id uuid NOT NULL,
    id uuid NOT NULL,
    url text NOT NULL,
    events text[] NOT NULL,
    format text NOT NULL,
    description text,
    state text NOT NULL,
    paused_because text,
    paused_at timestamp with time zone,
    secret bytea NOT NULL,
    previous_secret bytea,
    previous_until timestamp with time zone,
    failures integer DEFAULT 0 NOT NULL,
    failing_since timestamp with time zone,
    blocked_until timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT webhooks_check CHECK ((((state = 'paused'::text) = (paused_at IS NOT NULL)) AND ((state = 'paused'::text) = (paused_because IS NOT NULL)))),
    CONSTRAINT webhooks_check1 CHECK (((previous_secret IS NULL) = (previous_until IS NULL))),
    CONSTRAINT webhooks_format_check CHECK ((format = ANY (ARRAY['standard'::text, 'cloudEvents'::text]))),
    CONSTRAINT webhooks_paused_because_check CHECK ((paused_because = ANY (ARRAY['asked'::text, 'dead'::text, 'gone'::text]))),
    CONSTRAINT webhooks_state_check CHECK ((state = ANY (ARRAY['active'::text, 'paused'::text])))
);

ALTER TABLE ONLY public.webhooks FORCE ROW LEVEL SECURITY;

-- Name: accounts accounts_agency_id_email_key_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_agency_id_email_key_key UNIQUE (agency_id, email_key);

-- Name: accounts accounts_agency_id_provider_issuer_provider_subject_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_agency_id_provider_issuer_provider_subject_key UNIQUE (agency_id, provider_issuer, provider_subject);

-- Name: accounts accounts_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (agency_id, id);

-- Name: advice advice_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.advice
    ADD CONSTRAINT advice_pkey PRIMARY KEY (agency_id, key);

-- Name: agencies agencies_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.agencies
    ADD CONSTRAINT agencies_pkey PRIMARY KEY (id);

-- Name: agencies agencies_slug_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.agencies
    ADD CONSTRAINT agencies_slug_key UNIQUE (slug);

-- Name: agenda_settings agenda_settings_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.agenda_settings
    ADD CONSTRAINT agenda_settings_pkey PRIMARY KEY (agency_id);

-- Name: answer_templates answer_templates_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.answer_templates
    ADD CONSTRAINT answer_templates_pkey PRIMARY KEY (agency_id, key);

-- Name: answers answers_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.answers
    ADD CONSTRAINT answers_pkey PRIMARY KEY (agency_id, id);

-- Name: api_keys api_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (agency_id, id);

-- Name: appeals appeals_agency_id_case_id_round_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.appeals
    ADD CONSTRAINT appeals_agency_id_case_id_round_key UNIQUE (agency_id, case_id, round);

-- Name: appeals appeals_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.appeals
    ADD CONSTRAINT appeals_pkey PRIMARY KEY (agency_id, id);

-- Name: article_versions article_versions_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.article_versions
    ADD CONSTRAINT article_versions_pkey PRIMARY KEY (agency_id, article_id, number);

-- Name: articles articles_agency_id_key_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.articles
    ADD CONSTRAINT articles_agency_id_key_key UNIQUE (agency_id, key);

-- Name: articles articles_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.articles
    ADD CONSTRAINT articles_pkey PRIMARY KEY (agency_id, id);

-- Name: attachment_chunks attachment_chunks_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.attachment_chunks
    ADD CONSTRAINT attachment_chunks_pkey PRIMARY KEY (agency_id, attachment_id, ordinal);

-- Name: attachments attachments_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.attachments
    ADD CONSTRAINT attachments_pkey PRIMARY KEY (agency_id, case_id, id);

-- Name: attributes attributes_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.attributes
    ADD CONSTRAINT attributes_pkey PRIMARY KEY (agency_id, key);

-- Name: audit_entries audit_entries_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.audit_entries
    ADD CONSTRAINT audit_entries_pkey PRIMARY KEY (agency_id, "position");

-- Name: audit_heads audit_heads_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.audit_heads
    ADD CONSTRAINT audit_heads_pkey PRIMARY KEY (agency_id);

-- Name: ballot_box ballot_box_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.ballot_box
    ADD CONSTRAINT ballot_box_pkey PRIMARY KEY (agency_id, initiative_id, number);

-- Name: ballot_register ballot_register_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.ballot_register
    ADD CONSTRAINT ballot_register_pkey PRIMARY KEY (agency_id, initiative_id, participant);

-- Name: bulk_cases bulk_cases_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.bulk_cases
    ADD CONSTRAINT bulk_cases_pkey PRIMARY KEY (agency_id, operation_id, line);

-- Name: bulk_orders bulk_orders_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.bulk_orders
    ADD CONSTRAINT bulk_orders_pkey PRIMARY KEY (agency_id, operation_id);

-- Name: calendars calendars_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.calendars
    ADD CONSTRAINT calendars_pkey PRIMARY KEY (agency_id, key);

-- Name: case_escalations case_escalations_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.case_escalations
    ADD CONSTRAINT case_escalations_pkey PRIMARY KEY (agency_id, case_id, clock, stage);

-- Name: case_history case_history_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.case_history
    ADD CONSTRAINT case_history_pkey PRIMARY KEY (agency_id, case_id, id);

-- Name: case_links case_links_agency_id_case_id_to_case_type_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.case_links
    ADD CONSTRAINT case_links_agency_id_case_id_to_case_type_key UNIQUE (agency_id, case_id, to_case, type);

-- Name: case_links case_links_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.case_links
    ADD CONSTRAINT case_links_pkey PRIMARY KEY (agency_id, case_id, id);

-- Name: case_notes case_notes_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.case_notes
    ADD CONSTRAINT case_notes_pkey PRIMARY KEY (agency_id, case_id, id);

-- Name: case_numbers case_numbers_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.case_numbers
    ADD CONSTRAINT case_numbers_pkey PRIMARY KEY (agency_id);

-- Name: case_questions case_questions_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.case_questions
    ADD CONSTRAINT case_questions_pkey PRIMARY KEY (agency_id, case_id, id);

-- Name: case_rules case_rules_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.case_rules
    ADD CONSTRAINT case_rules_pkey PRIMARY KEY (agency_id);

-- Name: cases cases_agency_id_number_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.cases
    ADD CONSTRAINT cases_agency_id_number_key UNIQUE (agency_id, number);

-- Name: cases cases_merged; Type: CHECK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE public.cases
    ADD CONSTRAINT cases_merged CHECK (((merged_into IS NULL) OR ((merged_into <> id) AND (status = 'closed'::text)))) NOT VALID;

-- Name: cases cases_outcome; Type: CHECK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE public.cases
    ADD CONSTRAINT cases_outcome CHECK ((outcome = ANY (ARRAY['fixed'::text, 'answered'::text, 'granted'::text, 'notOurs'::text, 'notFound'::text, 'duplicate'::text, 'noAction'::text, 'cannot'::text, 'withdrawn'::text]))) NOT VALID;

-- Name: cases cases_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.cases
    ADD CONSTRAINT cases_pkey PRIMARY KEY (agency_id, id);

-- Name: cases cases_verdict; Type: CHECK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE public.cases
    ADD CONSTRAINT cases_verdict CHECK ((verdict = ANY (ARRAY['solved'::text, 'notSolved'::text]))) NOT VALID;

-- Name: cases cases_verdict_at; Type: CHECK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE public.cases
    ADD CONSTRAINT cases_verdict_at CHECK (((verdict IS NULL) = (verdict_at IS NULL))) NOT VALID;

-- Name: citizen_identities citizen_identities_agency_id_external_id_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.citizen_identities
    ADD CONSTRAINT citizen_identities_agency_id_external_id_key UNIQUE (agency_id, external_id);

-- Name: citizen_identities citizen_identities_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.citizen_identities
    ADD CONSTRAINT citizen_identities_pkey PRIMARY KEY (agency_id, citizen_id);

-- Name: citizens citizens_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.citizens
    ADD CONSTRAINT citizens_pkey PRIMARY KEY (agency_id, id);

-- Name: consents consents_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_pkey PRIMARY KEY (agency_id, citizen_id, use_key, id);

-- Name: contributions contributions_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.contributions
    ADD CONSTRAINT contributions_pkey PRIMARY KEY (agency_id, initiative_id, id);

-- Name: data_uses data_uses_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.data_uses
    ADD CONSTRAINT data_uses_pkey PRIMARY KEY (agency_id, key);

-- Name: decision_counts decision_counts_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.decision_counts
    ADD CONSTRAINT decision_counts_pkey PRIMARY KEY (agency_id, initiative_id);

-- Name: decision_options decision_options_agency_id_initiative_id_place_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.decision_options
    ADD CONSTRAINT decision_options_agency_id_initiative_id_place_key UNIQUE (agency_id, initiative_id, place);

-- Name: decision_options decision_options_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.decision_options
    ADD CONSTRAINT decision_options_pkey PRIMARY KEY (agency_id, initiative_id, key);

-- Name: design_proposals design_proposals_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.design_proposals
    ADD CONSTRAINT design_proposals_pkey PRIMARY KEY (agency_id, design_id, id);

-- Name: discussion_posts discussion_posts_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.discussion_posts
    ADD CONSTRAINT discussion_posts_pkey PRIMARY KEY (agency_id, discussion_id, id);

-- Name: discussions discussions_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.discussions
    ADD CONSTRAINT discussions_pkey PRIMARY KEY (agency_id, id);

-- Name: erased_sign_ins erased_sign_ins_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.erased_sign_ins
    ADD CONSTRAINT erased_sign_ins_pkey PRIMARY KEY (agency_id, subject_hash);

-- Name: export_chunks export_chunks_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.export_chunks
    ADD CONSTRAINT export_chunks_pkey PRIMARY KEY (agency_id, export_id, ordinal);

-- Name: exports exports_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.exports
    ADD CONSTRAINT exports_pkey PRIMARY KEY (agency_id, id);

-- Name: floor_rules floor_rules_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.floor_rules
    ADD CONSTRAINT floor_rules_pkey PRIMARY KEY (agency_id);

-- Name: idempotency_keys idempotency_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (agency_id, key_hash);

-- Name: identity_providers identity_providers_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.identity_providers
    ADD CONSTRAINT identity_providers_pkey PRIMARY KEY (agency_id);

-- Name: import_chunks import_chunks_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.import_chunks
    ADD CONSTRAINT import_chunks_pkey PRIMARY KEY (agency_id, operation_id, ordinal);

-- Name: import_mappings import_mappings_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.import_mappings
    ADD CONSTRAINT import_mappings_pkey PRIMARY KEY (agency_id, key);

-- Name: import_promises import_promises_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.import_promises
    ADD CONSTRAINT import_promises_pkey PRIMARY KEY (agency_id, operation_id);

-- Name: initiative_census initiative_census_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.initiative_census
    ADD CONSTRAINT initiative_census_pkey PRIMARY KEY (agency_id, initiative_id, citizen_id);

-- Name: initiative_history initiative_history_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.initiative_history
    ADD CONSTRAINT initiative_history_pkey PRIMARY KEY (agency_id, initiative_id, id);

-- Name: initiatives initiatives_agency_id_key_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.initiatives
    ADD CONSTRAINT initiatives_agency_id_key_key UNIQUE (agency_id, key);

-- Name: initiatives initiatives_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.initiatives
    ADD CONSTRAINT initiatives_pkey PRIMARY KEY (agency_id, id);

-- Name: insight_history insight_history_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.insight_history
    ADD CONSTRAINT insight_history_pkey PRIMARY KEY (agency_id, insight_id, id);

-- Name: insight_measures insight_measures_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.insight_measures
    ADD CONSTRAINT insight_measures_pkey PRIMARY KEY (agency_id, insight_id, id);

-- Name: insights insights_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.insights
    ADD CONSTRAINT insights_pkey PRIMARY KEY (agency_id, id);

-- Name: interests interests_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.interests
    ADD CONSTRAINT interests_pkey PRIMARY KEY (agency_id, id);

-- Name: list_sightings list_sightings_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.list_sightings
    ADD CONSTRAINT list_sightings_pkey PRIMARY KEY (agency_id, subject_id, day, actor_id);

-- Name: mailbox_messages mailbox_messages_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.mailbox_messages
    ADD CONSTRAINT mailbox_messages_pkey PRIMARY KEY (agency_id, id);

-- Name: mandate_codes mandate_codes_agency_id_code_hash_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.mandate_codes
    ADD CONSTRAINT mandate_codes_agency_id_code_hash_key UNIQUE (agency_id, code_hash);

-- Name: mandate_codes mandate_codes_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.mandate_codes
    ADD CONSTRAINT mandate_codes_pkey PRIMARY KEY (agency_id, id);

-- Name: mandates mandates_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.mandates
    ADD CONSTRAINT mandates_pkey PRIMARY KEY (agency_id, id);

-- Name: messages messages_agency_id_event_id_recipient_id_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_agency_id_event_id_recipient_id_key UNIQUE (agency_id, event_id, recipient_id);

-- Name: messages messages_check1; Type: CHECK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE public.messages
    ADD CONSTRAINT messages_check1 CHECK ((num_nonnulls(case_id, remark_id) = 1)) NOT VALID;

-- Name: messages messages_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (agency_id, id);

-- Name: moderation_rules moderation_rules_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.moderation_rules
    ADD CONSTRAINT moderation_rules_pkey PRIMARY KEY (agency_id, key);

-- Name: notice_recipients notice_recipients_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.notice_recipients
    ADD CONSTRAINT notice_recipients_pkey PRIMARY KEY (agency_id, sending_id, citizen_id);

-- Name: notice_sendings notice_sendings_agency_id_article_id_number_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.notice_sendings
    ADD CONSTRAINT notice_sendings_agency_id_article_id_number_key UNIQUE (agency_id, article_id, number);

-- Name: notice_sendings notice_sendings_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.notice_sendings
    ADD CONSTRAINT notice_sendings_pkey PRIMARY KEY (agency_id, id);

-- Name: open311_requests open311_requests_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.open311_requests
    ADD CONSTRAINT open311_requests_pkey PRIMARY KEY (agency_id, case_id);

-- Name: open311_settings open311_settings_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.open311_settings
    ADD CONSTRAINT open311_settings_pkey PRIMARY KEY (agency_id);

-- Name: open311_told open311_told_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.open311_told
    ADD CONSTRAINT open311_told_pkey PRIMARY KEY (agency_id, case_id, sender);

-- Name: open311_updates open311_updates_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.open311_updates
    ADD CONSTRAINT open311_updates_pkey PRIMARY KEY (agency_id, case_id, sender, update_id);

-- Name: operation_rejections operation_rejections_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.operation_rejections
    ADD CONSTRAINT operation_rejections_pkey PRIMARY KEY (agency_id, operation_id, line, column_name);

-- Name: operations operations_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.operations
    ADD CONSTRAINT operations_pkey PRIMARY KEY (agency_id, id);

-- Name: opposed_demands opposed_demands_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.opposed_demands
    ADD CONSTRAINT opposed_demands_pkey PRIMARY KEY (agency_id, id);

-- Name: organisation_members organisation_members_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.organisation_members
    ADD CONSTRAINT organisation_members_pkey PRIMARY KEY (agency_id, organisation, account_id);

-- Name: organisation_support organisation_support_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.organisation_support
    ADD CONSTRAINT organisation_support_pkey PRIMARY KEY (agency_id, organisation, id);

-- Name: organisations organisations_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.organisations
    ADD CONSTRAINT organisations_pkey PRIMARY KEY (agency_id, key);

-- Name: outbox_heads outbox_heads_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.outbox_heads
    ADD CONSTRAINT outbox_heads_pkey PRIMARY KEY (agency_id);

-- Name: outbox outbox_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (agency_id, id);

-- Name: paper_entries paper_entries_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.paper_entries
    ADD CONSTRAINT paper_entries_pkey PRIMARY KEY (agency_id, initiative_id, number, clerk);

-- Name: partner_cases partner_cases_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.partner_cases
    ADD CONSTRAINT partner_cases_pkey PRIMARY KEY (agency_id, partner_id, case_id);

-- Name: partner_deliveries partner_deliveries_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.partner_deliveries
    ADD CONSTRAINT partner_deliveries_pkey PRIMARY KEY (agency_id, id);

-- Name: partner_updates partner_updates_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.partner_updates
    ADD CONSTRAINT partner_updates_pkey PRIMARY KEY (agency_id, partner_id, case_id, update_id);

-- Name: partners partners_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.partners
    ADD CONSTRAINT partners_pkey PRIMARY KEY (agency_id, id);

-- Name: recoveries recoveries_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.recoveries
    ADD CONSTRAINT recoveries_pkey PRIMARY KEY (agency_id, id);

-- Name: remarks remarks_kind_check; Type: CHECK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE public.remarks
    ADD CONSTRAINT remarks_kind_check CHECK ((kind = ANY (ARRAY['discussion'::text, 'post'::text, 'contribution'::text, 'topic'::text, 'proposal'::text, 'task'::text, 'progress'::text, 'safety'::text, 'thanks'::text, 'pledge'::text, 'support'::text]))) NOT VALID;

-- Name: remarks remarks_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.remarks
    ADD CONSTRAINT remarks_pkey PRIMARY KEY (agency_id, id);

-- Name: removals removals_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.removals
    ADD CONSTRAINT removals_pkey PRIMARY KEY (agency_id, id);

-- Name: report_books report_books_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.report_books
    ADD CONSTRAINT report_books_pkey PRIMARY KEY (agency_id);

-- Name: report_grains report_grains_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.report_grains
    ADD CONSTRAINT report_grains_pkey PRIMARY KEY (agency_id, series);

-- Name: report_mailings report_mailings_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.report_mailings
    ADD CONSTRAINT report_mailings_pkey PRIMARY KEY (agency_id, subscription_id, due_at, account_id);

-- Name: report_months report_months_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.report_months
    ADD CONSTRAINT report_months_pkey PRIMARY KEY (agency_id, month);

-- Name: report_pages report_pages_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.report_pages
    ADD CONSTRAINT report_pages_pkey PRIMARY KEY (agency_id, report, breakdown, grain, begins);

-- Name: report_subscriptions report_subscriptions_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.report_subscriptions
    ADD CONSTRAINT report_subscriptions_pkey PRIMARY KEY (agency_id, id);

-- Name: retention_rules retention_rules_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.retention_rules
    ADD CONSTRAINT retention_rules_pkey PRIMARY KEY (agency_id, service_id);

-- Name: scarcity_rules scarcity_rules_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.scarcity_rules
    ADD CONSTRAINT scarcity_rules_pkey PRIMARY KEY (agency_id, key);

-- Name: scarcity_simulations scarcity_simulations_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.scarcity_simulations
    ADD CONSTRAINT scarcity_simulations_pkey PRIMARY KEY (agency_id, id);

-- Name: schema_migrations schema_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (name);

-- Name: search_documents search_documents_agency_id_kind_key_language_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.search_documents
    ADD CONSTRAINT search_documents_agency_id_kind_key_language_key UNIQUE (agency_id, kind, key, language);

-- Name: search_documents search_documents_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.search_documents
    ADD CONSTRAINT search_documents_pkey PRIMARY KEY (agency_id, id);

-- Name: search_spellings search_spellings_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.search_spellings
    ADD CONSTRAINT search_spellings_pkey PRIMARY KEY (agency_id, form, word);

-- Name: search_words search_words_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.search_words
    ADD CONSTRAINT search_words_pkey PRIMARY KEY (agency_id, document, word);

-- Name: segment_advice segment_advice_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.segment_advice
    ADD CONSTRAINT segment_advice_pkey PRIMARY KEY (agency_id, segment_id, advice_key);

-- Name: segment_changes segment_changes_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.segment_changes
    ADD CONSTRAINT segment_changes_pkey PRIMARY KEY (agency_id, id);

-- Name: segment_evaluations segment_evaluations_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.segment_evaluations
    ADD CONSTRAINT segment_evaluations_pkey PRIMARY KEY (agency_id);

-- Name: segment_members segment_members_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.segment_members
    ADD CONSTRAINT segment_members_pkey PRIMARY KEY (agency_id, segment_id, citizen_id, valid_from);

-- Name: segment_offers segment_offers_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.segment_offers
    ADD CONSTRAINT segment_offers_pkey PRIMARY KEY (agency_id, segment_id, service_id);

-- Name: segment_snapshots segment_snapshots_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.segment_snapshots
    ADD CONSTRAINT segment_snapshots_pkey PRIMARY KEY (agency_id, segment_id, id);

-- Name: segment_tellings segment_tellings_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.segment_tellings
    ADD CONSTRAINT segment_tellings_pkey PRIMARY KEY (agency_id, id);

-- Name: segments segments_agency_id_key_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.segments
    ADD CONSTRAINT segments_agency_id_key_key UNIQUE (agency_id, key);

-- Name: segments segments_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.segments
    ADD CONSTRAINT segments_pkey PRIMARY KEY (agency_id, id);

-- Name: service_designs service_designs_agency_id_service_id_service_version_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.service_designs
    ADD CONSTRAINT service_designs_agency_id_service_id_service_version_key UNIQUE (agency_id, service_id, service_version);

-- Name: service_designs service_designs_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.service_designs
    ADD CONSTRAINT service_designs_pkey PRIMARY KEY (agency_id, id);

-- Name: service_floors service_floors_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.service_floors
    ADD CONSTRAINT service_floors_pkey PRIMARY KEY (agency_id, service_id);

-- Name: service_rating_editions service_rating_editions_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.service_rating_editions
    ADD CONSTRAINT service_rating_editions_pkey PRIMARY KEY (agency_id, service_id, edition);

-- Name: service_ratings service_ratings_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.service_ratings
    ADD CONSTRAINT service_ratings_pkey PRIMARY KEY (agency_id, service_id, citizen_id);

-- Name: service_versions service_versions_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.service_versions
    ADD CONSTRAINT service_versions_pkey PRIMARY KEY (agency_id, service_id, number);

-- Name: services services_agency_id_key_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.services
    ADD CONSTRAINT services_agency_id_key_key UNIQUE (agency_id, key);

-- Name: services services_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.services
    ADD CONSTRAINT services_pkey PRIMARY KEY (agency_id, id);

-- Name: signing_keys signing_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.signing_keys
    ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (id);

-- Name: support_requests support_requests_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.support_requests
    ADD CONSTRAINT support_requests_pkey PRIMARY KEY (agency_id, task_id, id);

-- Name: survey_code_editions survey_code_editions_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_code_editions
    ADD CONSTRAINT survey_code_editions_pkey PRIMARY KEY (agency_id, wave_id, question, edition);

-- Name: survey_coded_texts survey_coded_texts_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_coded_texts
    ADD CONSTRAINT survey_coded_texts_pkey PRIMARY KEY (agency_id, wave_id, question, response_id);

-- Name: survey_codes survey_codes_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_codes
    ADD CONSTRAINT survey_codes_pkey PRIMARY KEY (agency_id, survey_id, question);

-- Name: survey_counts survey_counts_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_counts
    ADD CONSTRAINT survey_counts_pkey PRIMARY KEY (agency_id, wave_id, id);

-- Name: survey_editions survey_editions_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_editions
    ADD CONSTRAINT survey_editions_pkey PRIMARY KEY (agency_id, wave_id, edition);

-- Name: survey_inbox survey_inbox_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_inbox
    ADD CONSTRAINT survey_inbox_pkey PRIMARY KEY (agency_id, wave_id, id);

-- Name: survey_invitations survey_invitations_agency_id_token_hash_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_invitations
    ADD CONSTRAINT survey_invitations_agency_id_token_hash_key UNIQUE (agency_id, token_hash);

-- Name: survey_invitations survey_invitations_agency_id_wave_id_citizen_id_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_invitations
    ADD CONSTRAINT survey_invitations_agency_id_wave_id_citizen_id_key UNIQUE (agency_id, wave_id, citizen_id);

-- Name: survey_invitations survey_invitations_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_invitations
    ADD CONSTRAINT survey_invitations_pkey PRIMARY KEY (agency_id, id);

-- Name: survey_links survey_links_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_links
    ADD CONSTRAINT survey_links_pkey PRIMARY KEY (agency_id, wave_id, response_id);

-- Name: survey_margins survey_margins_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_margins
    ADD CONSTRAINT survey_margins_pkey PRIMARY KEY (agency_id, survey_id);

-- Name: survey_publications survey_publications_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_publications
    ADD CONSTRAINT survey_publications_pkey PRIMARY KEY (agency_id, wave_id);

-- Name: survey_register survey_register_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_register
    ADD CONSTRAINT survey_register_pkey PRIMARY KEY (agency_id, wave_id, participant);

-- Name: survey_responses survey_responses_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_responses
    ADD CONSTRAINT survey_responses_pkey PRIMARY KEY (agency_id, wave_id, id);

-- Name: survey_results survey_results_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_results
    ADD CONSTRAINT survey_results_pkey PRIMARY KEY (agency_id, wave_id, breakdown, weighted, "position");

-- Name: survey_strata survey_strata_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_strata
    ADD CONSTRAINT survey_strata_pkey PRIMARY KEY (agency_id, wave_id, stratum);

-- Name: survey_waves survey_waves_agency_id_survey_id_name_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_waves
    ADD CONSTRAINT survey_waves_agency_id_survey_id_name_key UNIQUE (agency_id, survey_id, name);

-- Name: survey_waves survey_waves_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_waves
    ADD CONSTRAINT survey_waves_pkey PRIMARY KEY (agency_id, id);

-- Name: surveys surveys_agency_id_key_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.surveys
    ADD CONSTRAINT surveys_agency_id_key_key UNIQUE (agency_id, key);

-- Name: surveys surveys_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.surveys
    ADD CONSTRAINT surveys_pkey PRIMARY KEY (agency_id, id);

-- Name: task_confirmations task_confirmations_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.task_confirmations
    ADD CONSTRAINT task_confirmations_pkey PRIMARY KEY (agency_id, task_id, person_id);

-- Name: task_pictures task_pictures_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.task_pictures
    ADD CONSTRAINT task_pictures_pkey PRIMARY KEY (agency_id, task_id, post_id, id);

-- Name: task_pledges task_pledges_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.task_pledges
    ADD CONSTRAINT task_pledges_pkey PRIMARY KEY (agency_id, task_id, id);

-- Name: task_posts task_posts_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.task_posts
    ADD CONSTRAINT task_posts_pkey PRIMARY KEY (agency_id, task_id, id);

-- Name: tasks tasks_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_pkey PRIMARY KEY (agency_id, id);

-- Name: topic_supporters topic_supporters_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.topic_supporters
    ADD CONSTRAINT topic_supporters_pkey PRIMARY KEY (agency_id, topic_id, citizen_id);

-- Name: topics topics_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.topics
    ADD CONSTRAINT topics_pkey PRIMARY KEY (agency_id, id);

-- Name: unit_members unit_members_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.unit_members
    ADD CONSTRAINT unit_members_pkey PRIMARY KEY (agency_id, unit, account_id);

-- Name: units units_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.units
    ADD CONSTRAINT units_pkey PRIMARY KEY (agency_id, key);

-- Name: webhook_deliveries webhook_deliveries_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (agency_id, id);

-- Name: webhooks webhooks_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhooks_pkey PRIMARY KEY (agency_id, id);

-- Name: accounts_email; Type: INDEX; Schema: public; Owner: -

CREATE INDEX accounts_email ON public.accounts USING btree (email_key);

-- Name: accounts_of_citizen; Type: INDEX; Schema: public; Owner: -

CREATE INDEX accounts_of_citizen ON public.accounts USING btree (agency_id, citizen_id) WHERE (citizen_id IS NOT NULL);

-- Name: appeals_newest; Type: INDEX; Schema: public; Owner: -

CREATE INDEX appeals_newest ON public.appeals USING btree (agency_id, created_at DESC, id DESC);

-- Name: appeals_of_owner; Type: INDEX; Schema: public; Owner: -

CREATE INDEX appeals_of_owner ON public.appeals USING btree (agency_id, owner) WHERE (state = 'open'::text);

-- Name: article_versions_one_draft; Type: INDEX; Schema: public; Owner: -

CREATE UNIQUE INDEX article_versions_one_draft ON public.article_versions USING btree (agency_id, article_id) WHERE (state = ANY (ARRAY['draft'::text, 'review'::text]));

-- Name: attachments_in_folder; Type: INDEX; Schema: public; Owner: -

CREATE INDEX attachments_in_folder ON public.attachments USING btree (agency_id, id) WHERE (in_folder AND (removed_at IS NULL));

-- Name: audit_entries_subject; Type: INDEX; Schema: public; Owner: -

CREATE INDEX audit_entries_subject ON public.audit_entries USING btree (agency_id, subject_id, "position");

-- Name: case_history_shown; Type: INDEX; Schema: public; Owner: -

CREATE INDEX case_history_shown ON public.case_history USING btree (agency_id, at, id) WHERE (kind = ANY (ARRAY['transitioned'::text, 'noted'::text, 'asked'::text, 'attached'::text]));

-- Name: case_links_to; Type: INDEX; Schema: public; Owner: -

CREATE INDEX case_links_to ON public.case_links USING btree (agency_id, to_case);

-- Name: cases_by_area; Type: INDEX; Schema: public; Owner: -

CREATE INDEX cases_by_area ON public.cases USING btree (agency_id, area) WHERE (area IS NOT NULL);

-- Name: cases_by_edition; Type: INDEX; Schema: public; Owner: -

CREATE INDEX cases_by_edition ON public.cases USING btree (agency_id, service_id, service_version, calendar_edition, id) WHERE ((status = ANY (ARRAY['submitted'::text, 'accepted'::text, 'inProgress'::text, 'reopened'::text])) AND (NOT own_dates));

-- Name: cases_by_status; Type: INDEX; Schema: public; Owner: -

CREATE INDEX cases_by_status ON public.cases USING btree (agency_id, status, submitted_at DESC, id DESC) WHERE (status <> 'closed'::text);

-- Name: cases_by_unit; Type: INDEX; Schema: public; Owner: -

CREATE INDEX cases_by_unit ON public.cases USING btree (agency_id, unit) WHERE (unit IS NOT NULL);

-- Name: cases_by_verdict; Type: INDEX; Schema: public; Owner: -

CREATE INDEX cases_by_verdict ON public.cases USING btree (agency_id, verdict, submitted_at DESC, id DESC) WHERE (verdict IS NOT NULL);

-- Name: cases_external_id; Type: INDEX; Schema: public; Owner: -

CREATE UNIQUE INDEX cases_external_id ON public.cases USING btree (agency_id, external_id) WHERE (external_id IS NOT NULL);

-- Name: cases_in_order; Type: INDEX; Schema: public; Owner: -

CREATE INDEX cases_in_order ON public.cases USING btree (agency_id, submitted_at, id);

-- Name: cases_merged_into; Type: INDEX; Schema: public; Owner: -

CREATE INDEX cases_merged_into ON public.cases USING btree (agency_id, merged_into) WHERE (merged_into IS NOT NULL);

-- Name: cases_next_mark; Type: INDEX; Schema: public; Owner: -

CREATE INDEX cases_next_mark ON public.cases USING btree (agency_id, LEAST(
CASE
    WHEN (first_response_at IS NULL) THEN
    CASE first_response_risk
        WHEN 'none'::text THEN COALESCE(first_response_foreseen_at, first_response_due_at)
        WHEN 'foreseen'::text THEN first_response_due_at
        ELSE NULL::timestamp with time zone
    END
    ELSE NULL::timestamp with time zone
END,
CASE risk
    WHEN 'none'::text THEN COALESCE(foreseen_at, due_at)
    WHEN 'foreseen'::text THEN due_at
    ELSE NULL::timestamp with time zone
END)) WHERE ((status = ANY (ARRAY['submitted'::text, 'accepted'::text, 'inProgress'::text, 'reopened'::text])) AND (paused_at IS NULL));

-- Name: cases_of_assignee; Type: INDEX; Schema: public; Owner: -

CREATE INDEX cases_of_assignee ON public.cases USING btree (agency_id, assignee, submitted_at DESC, id DESC) WHERE (assignee IS NOT NULL);

-- Name: cases_of_citizen; Type: INDEX; Schema: public; Owner: -

CREATE INDEX cases_of_citizen ON public.cases USING btree (agency_id, citizen_id, submitted_at DESC, id DESC) WHERE (citizen_id IS NOT NULL);

-- Name: cases_of_service; Type: INDEX; Schema: public; Owner: -

CREATE INDEX cases_of_service ON public.cases USING btree (agency_id, service_id, submitted_at, latitude);

-- Name: cases_of_submitter; Type: INDEX; Schema: public; Owner: -

CREATE INDEX cases_of_submitter ON public.cases USING btree (agency_id, submitted_by, submitted_at DESC, id DESC) WHERE ((citizen_id IS NULL) AND (submitted_by IS NOT NULL));

-- Name: cases_queue; Type: INDEX; Schema: public; Owner: -

CREATE INDEX cases_queue ON public.cases USING btree (agency_id, (
CASE
    WHEN (paused_at IS NOT NULL) THEN 'infinity'::timestamp with time zone
    ELSE COALESCE(LEAST(
    CASE
        WHEN (first_response_at IS NULL) THEN first_response_due_at
        ELSE NULL::timestamp with time zone
    END, due_at), 'infinity'::timestamp with time zone)
END), id) WHERE (status = ANY (ARRAY['submitted'::text, 'accepted'::text, 'inProgress'::text, 'reopened'::text]));

-- Name: cases_to_erase; Type: INDEX; Schema: public; Owner: -

CREATE INDEX cases_to_erase ON public.cases USING btree (agency_id, id) WHERE erase_when_over;

-- Name: cases_tracking; Type: INDEX; Schema: public; Owner: -

CREATE UNIQUE INDEX cases_tracking ON public.cases USING btree (agency_id, tracking_hash) WHERE (tracking_hash IS NOT NULL);

-- Name: citizens_newest; Type: INDEX; Schema: public; Owner: -

CREATE INDEX citizens_newest ON public.citizens USING btree (agency_id, created_at DESC, id DESC);

-- Name: contributions_by_id; Type: INDEX; Schema: public; Owner: -

CREATE INDEX contributions_by_id ON public.contributions USING btree (agency_id, id);

-- Name: design_proposals_by_id; Type: INDEX; Schema: public; Owner: -

CREATE INDEX design_proposals_by_id ON public.design_proposals USING btree (agency_id, id);

-- Name: discussions_newest; Type: INDEX; Schema: public; Owner: -

CREATE INDEX discussions_newest ON public.discussions USING btree (agency_id, created_at DESC, id DESC);

-- Name: discussions_of_service; Type: INDEX; Schema: public; Owner: -

CREATE INDEX discussions_of_service ON public.discussions USING btree (agency_id, service_id, created_at DESC, id DESC);

-- Name: exports_newest; Type: INDEX; Schema: public; Owner: -

CREATE INDEX exports_newest ON public.exports USING btree (agency_id, created_at, id);

-- Name: idempotency_keys_age; Type: INDEX; Schema: public; Owner: -

CREATE INDEX idempotency_keys_age ON public.idempotency_keys USING btree (agency_id, created_at);

-- Name: initiative_census_of_citizen; Type: INDEX; Schema: public; Owner: -

CREATE INDEX initiative_census_of_citizen ON public.initiative_census USING btree (agency_id, citizen_id);

-- Name: initiatives_derived; Type: INDEX; Schema: public; Owner: -

CREATE INDEX initiatives_derived ON public.initiatives USING btree (agency_id, derived_from) WHERE (derived_from IS NOT NULL);

-- Name: initiatives_of_case; Type: INDEX; Schema: public; Owner: -

CREATE INDEX initiatives_of_case ON public.initiatives USING btree (agency_id, case_id) WHERE (case_id IS NOT NULL);

-- Name: initiatives_of_insight; Type: INDEX; Schema: public; Owner: -

CREATE INDEX initiatives_of_insight ON public.initiatives USING btree (agency_id, insight_id) WHERE (insight_id IS NOT NULL);

-- Name: insight_measures_due; Type: INDEX; Schema: public; Owner: -

CREATE INDEX insight_measures_due ON public.insight_measures USING btree (agency_id, due_at) WHERE (result IS NULL);

-- Name: insights_by_action; Type: INDEX; Schema: public; Owner: -

CREATE INDEX insights_by_action ON public.insights USING btree (agency_id, action_service, action_version) WHERE (action_service IS NOT NULL);

-- Name: insights_by_date; Type: INDEX; Schema: public; Owner: -

CREATE INDEX insights_by_date ON public.insights USING btree (agency_id, due_at, id);

-- Name: insights_decided; Type: INDEX; Schema: public; Owner: -

CREATE INDEX insights_decided ON public.insights USING btree (agency_id, decided_at DESC, id DESC) WHERE (decided_at IS NOT NULL);

-- Name: interests_in; Type: INDEX; Schema: public; Owner: -

CREATE INDEX interests_in ON public.interests USING btree (agency_id, about, subject);

-- Name: interests_of; Type: INDEX; Schema: public; Owner: -

CREATE INDEX interests_of ON public.interests USING btree (agency_id, account_id) WHERE (account_id IS NOT NULL);

-- Name: mailbox_messages_of_case; Type: INDEX; Schema: public; Owner: -

CREATE INDEX mailbox_messages_of_case ON public.mailbox_messages USING btree (agency_id, case_id);

-- Name: mailbox_messages_of_recipient; Type: INDEX; Schema: public; Owner: -

CREATE INDEX mailbox_messages_of_recipient ON public.mailbox_messages USING btree (agency_id, recipient_id);

-- Name: mandate_codes_of_citizen; Type: INDEX; Schema: public; Owner: -

CREATE INDEX mandate_codes_of_citizen ON public.mandate_codes USING btree (agency_id, citizen_id);

-- Name: mandates_of_account; Type: INDEX; Schema: public; Owner: -

CREATE INDEX mandates_of_account ON public.mandates USING btree (agency_id, account_id) WHERE ((account_id IS NOT NULL) AND (revoked_at IS NULL));

-- Name: mandates_of_citizen; Type: INDEX; Schema: public; Owner: -

CREATE INDEX mandates_of_citizen ON public.mandates USING btree (agency_id, citizen_id, id DESC);

-- Name: mandates_of_organisation; Type: INDEX; Schema: public; Owner: -

CREATE INDEX mandates_of_organisation ON public.mandates USING btree (agency_id, organisation) WHERE ((organisation IS NOT NULL) AND (revoked_at IS NULL));

-- Name: mandates_of_person; Type: INDEX; Schema: public; Owner: -

CREATE INDEX mandates_of_person ON public.mandates USING btree (agency_id, person_id) WHERE (person_id IS NOT NULL);

-- Name: messages_by_state; Type: INDEX; Schema: public; Owner: -

CREATE INDEX messages_by_state ON public.messages USING btree (agency_id, state, id DESC);

-- Name: messages_of_case; Type: INDEX; Schema: public; Owner: -

CREATE INDEX messages_of_case ON public.messages USING btree (agency_id, case_id, id DESC);

-- Name: messages_of_recipient; Type: INDEX; Schema: public; Owner: -

CREATE INDEX messages_of_recipient ON public.messages USING btree (agency_id, recipient_id);

-- Name: messages_of_remark; Type: INDEX; Schema: public; Owner: -

CREATE INDEX messages_of_remark ON public.messages USING btree (agency_id, remark_id) WHERE (remark_id IS NOT NULL);

-- Name: notice_recipients_of_citizen; Type: INDEX; Schema: public; Owner: -

CREATE INDEX notice_recipients_of_citizen ON public.notice_recipients USING btree (agency_id, citizen_id);

-- Name: notice_recipients_queued; Type: INDEX; Schema: public; Owner: -

CREATE INDEX notice_recipients_queued ON public.notice_recipients USING btree (agency_id, sending_id, next_at, citizen_id) WHERE (state = 'queued'::text);

-- Name: notice_sendings_open; Type: INDEX; Schema: public; Owner: -

CREATE INDEX notice_sendings_open ON public.notice_sendings USING btree (agency_id) WHERE (over_at IS NULL);

-- Name: operations_newest; Type: INDEX; Schema: public; Owner: -

CREATE INDEX operations_newest ON public.operations USING btree (agency_id, created_at DESC, id DESC);

-- Name: opposed_demands_found; Type: INDEX; Schema: public; Owner: -

CREATE UNIQUE INDEX opposed_demands_found ON public.opposed_demands USING btree (agency_id, found_in) WHERE (found_in IS NOT NULL);

-- Name: opposed_demands_on; Type: INDEX; Schema: public; Owner: -

CREATE INDEX opposed_demands_on ON public.opposed_demands USING btree (agency_id, service_id, id);

-- Name: organisation_members_of_account; Type: INDEX; Schema: public; Owner: -

CREATE INDEX organisation_members_of_account ON public.organisation_members USING btree (agency_id, account_id);

-- Name: outbox_pending; Type: INDEX; Schema: public; Owner: -

CREATE INDEX outbox_pending ON public.outbox USING btree (agency_id, id) WHERE (done_at IS NULL);

-- Name: outbox_positions; Type: INDEX; Schema: public; Owner: -

CREATE UNIQUE INDEX outbox_positions ON public.outbox USING btree (agency_id, "position") WHERE ("position" IS NOT NULL);

-- Name: partner_cases_checked; Type: INDEX; Schema: public; Owner: -

CREATE INDEX partner_cases_checked ON public.partner_cases USING btree (agency_id, partner_id, checked_at NULLS FIRST) WHERE (reference IS NOT NULL);

-- Name: partner_cases_of_case; Type: INDEX; Schema: public; Owner: -

CREATE INDEX partner_cases_of_case ON public.partner_cases USING btree (agency_id, case_id);

-- Name: partner_cases_reference; Type: INDEX; Schema: public; Owner: -

CREATE UNIQUE INDEX partner_cases_reference ON public.partner_cases USING btree (agency_id, partner_id, reference) WHERE (reference IS NOT NULL);

-- Name: partner_deliveries_due; Type: INDEX; Schema: public; Owner: -

CREATE INDEX partner_deliveries_due ON public.partner_deliveries USING btree (agency_id, partner_id, next_at, "position") WHERE (state = 'waiting'::text);

-- Name: partner_deliveries_line; Type: INDEX; Schema: public; Owner: -

CREATE INDEX partner_deliveries_line ON public.partner_deliveries USING btree (agency_id, partner_id, case_id, "position") WHERE (state = ANY (ARRAY['waiting'::text, 'failed'::text]));

-- Name: partner_deliveries_newest; Type: INDEX; Schema: public; Owner: -

CREATE INDEX partner_deliveries_newest ON public.partner_deliveries USING btree (agency_id, partner_id, id DESC);

-- Name: partner_deliveries_once; Type: INDEX; Schema: public; Owner: -

CREATE UNIQUE INDEX partner_deliveries_once ON public.partner_deliveries USING btree (agency_id, partner_id, event_id);

-- Name: partner_deliveries_theirs; Type: INDEX; Schema: public; Owner: -

CREATE INDEX partner_deliveries_theirs ON public.partner_deliveries USING btree (agency_id, partner_id, their_id) WHERE (their_id IS NOT NULL);

-- Name: partner_updates_newest; Type: INDEX; Schema: public; Owner: -

CREATE INDEX partner_updates_newest ON public.partner_updates USING btree (agency_id, partner_id, received_at DESC);

-- Name: recoveries_due; Type: INDEX; Schema: public; Owner: -

CREATE INDEX recoveries_due ON public.recoveries USING btree (agency_id, due_at, id);

-- Name: recoveries_of_case; Type: INDEX; Schema: public; Owner: -

CREATE INDEX recoveries_of_case ON public.recoveries USING btree (agency_id, case_id, id);

-- Name: recoveries_of_owner; Type: INDEX; Schema: public; Owner: -

CREATE INDEX recoveries_of_owner ON public.recoveries USING btree (agency_id, owner) WHERE (state = 'open'::text);

-- Name: recoveries_open; Type: INDEX; Schema: public; Owner: -

CREATE UNIQUE INDEX recoveries_open ON public.recoveries USING btree (agency_id, case_id) WHERE (state = 'open'::text);

-- Name: remarks_by_time; Type: INDEX; Schema: public; Owner: -

CREATE INDEX remarks_by_time ON public.remarks USING btree (agency_id, created_at) WHERE (citizen_id IS NOT NULL);

-- Name: remarks_of_account; Type: INDEX; Schema: public; Owner: -

CREATE INDEX remarks_of_account ON public.remarks USING btree (agency_id, account_id) WHERE (account_id IS NOT NULL);

-- Name: remarks_of_answer; Type: INDEX; Schema: public; Owner: -

CREATE INDEX remarks_of_answer ON public.remarks USING btree (agency_id, answer_id) WHERE (answer_id IS NOT NULL);

-- Name: remarks_of_citizen; Type: INDEX; Schema: public; Owner: -

CREATE INDEX remarks_of_citizen ON public.remarks USING btree (agency_id, citizen_id, created_at) WHERE (citizen_id IS NOT NULL);

-- Name: removals_appealed; Type: INDEX; Schema: public; Owner: -

CREATE INDEX removals_appealed ON public.removals USING btree (agency_id, id) WHERE (state = 'appealed'::text);

-- Name: removals_of_remark; Type: INDEX; Schema: public; Owner: -

CREATE INDEX removals_of_remark ON public.removals USING btree (agency_id, remark_id);

-- Name: report_mailings_queued; Type: INDEX; Schema: public; Owner: -

CREATE INDEX report_mailings_queued ON public.report_mailings USING btree (agency_id, due_at) WHERE (state = 'queued'::text);

-- Name: report_subscriptions_due; Type: INDEX; Schema: public; Owner: -

CREATE INDEX report_subscriptions_due ON public.report_subscriptions USING btree (agency_id, next_at);

-- Name: scarcity_rules_in_force; Type: INDEX; Schema: public; Owner: -

CREATE UNIQUE INDEX scarcity_rules_in_force ON public.scarcity_rules USING btree (agency_id, service_id) WHERE (state = 'published'::text);

-- Name: scarcity_simulations_of_rule; Type: INDEX; Schema: public; Owner: -

CREATE INDEX scarcity_simulations_of_rule ON public.scarcity_simulations USING btree (agency_id, rule_key, id DESC);

-- Name: search_words_by_weight; Type: INDEX; Schema: public; Owner: -

CREATE INDEX search_words_by_weight ON public.search_words USING btree (agency_id, word, weight DESC) INCLUDE (document, kind);

-- Name: segment_members_now; Type: INDEX; Schema: public; Owner: -

CREATE UNIQUE INDEX segment_members_now ON public.segment_members USING btree (agency_id, citizen_id, segment_id) WHERE (valid_to IS NULL);

-- Name: segment_offers_of_service; Type: INDEX; Schema: public; Owner: -

CREATE INDEX segment_offers_of_service ON public.segment_offers USING btree (agency_id, service_id);

-- Name: segment_tellings_by_size; Type: INDEX; Schema: public; Owner: -

CREATE INDEX segment_tellings_by_size ON public.segment_tellings USING btree (agency_id, size);

-- Name: segments_by_behaviour; Type: INDEX; Schema: public; Owner: -

CREATE INDEX segments_by_behaviour ON public.segments USING btree (agency_id) WHERE (by_behaviour AND (retired_at IS NULL));

-- Name: segments_of_parent; Type: INDEX; Schema: public; Owner: -

CREATE INDEX segments_of_parent ON public.segments USING btree (agency_id, parent_id) WHERE (parent_id IS NOT NULL);

-- Name: segments_pending; Type: INDEX; Schema: public; Owner: -

CREATE INDEX segments_pending ON public.segments USING btree (agency_id) WHERE pending;

-- Name: service_ratings_of_citizen; Type: INDEX; Schema: public; Owner: -

CREATE INDEX service_ratings_of_citizen ON public.service_ratings USING btree (agency_id, citizen_id);

-- Name: service_ratings_waiting; Type: INDEX; Schema: public; Owner: -

CREATE INDEX service_ratings_waiting ON public.service_ratings USING btree (agency_id, service_id) WHERE (edition IS NULL);

-- Name: service_versions_one_draft; Type: INDEX; Schema: public; Owner: -

CREATE UNIQUE INDEX service_versions_one_draft ON public.service_versions USING btree (agency_id, service_id) WHERE (state = 'draft'::text);

-- Name: support_requests_by_date; Type: INDEX; Schema: public; Owner: -

CREATE INDEX support_requests_by_date ON public.support_requests USING btree (agency_id, due_at, id);

-- Name: support_requests_by_id; Type: INDEX; Schema: public; Owner: -

CREATE INDEX support_requests_by_id ON public.support_requests USING btree (agency_id, id);

-- Name: survey_coded_texts_changed; Type: INDEX; Schema: public; Owner: -

CREATE INDEX survey_coded_texts_changed ON public.survey_coded_texts USING btree (agency_id, wave_id, question) WHERE (codes IS DISTINCT FROM counted);

-- Name: survey_invitations_of_citizen; Type: INDEX; Schema: public; Owner: -

CREATE INDEX survey_invitations_of_citizen ON public.survey_invitations USING btree (agency_id, citizen_id) WHERE (citizen_id IS NOT NULL);

-- Name: survey_invitations_of_wave; Type: INDEX; Schema: public; Owner: -

CREATE INDEX survey_invitations_of_wave ON public.survey_invitations USING btree (agency_id, wave_id, id);

-- Name: survey_links_of_citizen; Type: INDEX; Schema: public; Owner: -

CREATE INDEX survey_links_of_citizen ON public.survey_links USING btree (agency_id, citizen_id);

-- Name: survey_responses_of_batch; Type: INDEX; Schema: public; Owner: -

CREATE INDEX survey_responses_of_batch ON public.survey_responses USING btree (agency_id, wave_id, batch);

-- Name: task_confirmations_of_person; Type: INDEX; Schema: public; Owner: -

CREATE INDEX task_confirmations_of_person ON public.task_confirmations USING btree (agency_id, person_id);

-- Name: task_pictures_in_folder; Type: INDEX; Schema: public; Owner: -

CREATE INDEX task_pictures_in_folder ON public.task_pictures USING btree (agency_id, id) WHERE (in_folder AND (removed_at IS NULL));

-- Name: task_pledges_by_id; Type: INDEX; Schema: public; Owner: -

CREATE INDEX task_pledges_by_id ON public.task_pledges USING btree (agency_id, id);

-- Name: task_posts_by_id; Type: INDEX; Schema: public; Owner: -

CREATE INDEX task_posts_by_id ON public.task_posts USING btree (agency_id, id);

-- Name: tasks_of_case; Type: INDEX; Schema: public; Owner: -

CREATE INDEX tasks_of_case ON public.tasks USING btree (agency_id, case_id) WHERE (case_id IS NOT NULL);

-- Name: tasks_of_initiative; Type: INDEX; Schema: public; Owner: -

CREATE INDEX tasks_of_initiative ON public.tasks USING btree (agency_id, initiative_id, id);

-- Name: topic_supporters_of_citizen; Type: INDEX; Schema: public; Owner: -

CREATE INDEX topic_supporters_of_citizen ON public.topic_supporters USING btree (agency_id, citizen_id);

-- Name: topics_owed; Type: INDEX; Schema: public; Owner: -

CREATE INDEX topics_owed ON public.topics USING btree (agency_id, due_at) WHERE (due_at IS NOT NULL);

-- Name: unit_members_of_account; Type: INDEX; Schema: public; Owner: -

CREATE INDEX unit_members_of_account ON public.unit_members USING btree (agency_id, account_id);

-- Name: units_of_parent; Type: INDEX; Schema: public; Owner: -

CREATE INDEX units_of_parent ON public.units USING btree (agency_id, parent) WHERE (parent IS NOT NULL);

-- Name: webhook_deliveries_due; Type: INDEX; Schema: public; Owner: -

CREATE INDEX webhook_deliveries_due ON public.webhook_deliveries USING btree (agency_id, webhook_id, next_at, "position") WHERE (state = 'waiting'::text);

-- Name: webhook_deliveries_line; Type: INDEX; Schema: public; Owner: -

CREATE INDEX webhook_deliveries_line ON public.webhook_deliveries USING btree (agency_id, webhook_id, subject_id, "position") WHERE (state = 'waiting'::text);

-- Name: webhook_deliveries_newest; Type: INDEX; Schema: public; Owner: -

CREATE INDEX webhook_deliveries_newest ON public.webhook_deliveries USING btree (agency_id, webhook_id, id DESC);

-- Name: webhook_deliveries_once; Type: INDEX; Schema: public; Owner: -

CREATE UNIQUE INDEX webhook_deliveries_once ON public.webhook_deliveries USING btree (agency_id, webhook_id, event_id);

-- Name: answers answers_agency_id_initiative_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.answers
    ADD CONSTRAINT answers_agency_id_initiative_id_fkey FOREIGN KEY (agency_id, initiative_id) REFERENCES public.initiatives(agency_id, id);

-- Name: answers answers_agency_id_insight_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.answers
    ADD CONSTRAINT answers_agency_id_insight_id_fkey FOREIGN KEY (agency_id, insight_id) REFERENCES public.insights(agency_id, id);

-- Name: answers answers_agency_id_service_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.answers
    ADD CONSTRAINT answers_agency_id_service_id_fkey FOREIGN KEY (agency_id, service_id) REFERENCES public.services(agency_id, id);

-- Name: answers answers_agency_id_service_id_service_version_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.answers
    ADD CONSTRAINT answers_agency_id_service_id_service_version_fkey FOREIGN KEY (agency_id, service_id, service_version) REFERENCES public.service_versions(agency_id, service_id, number);

-- Name: appeals appeals_agency_id_case_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.appeals
    ADD CONSTRAINT appeals_agency_id_case_id_fkey FOREIGN KEY (agency_id, case_id) REFERENCES public.cases(agency_id, id);

-- Name: article_versions article_versions_agency_id_article_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.article_versions
    ADD CONSTRAINT article_versions_agency_id_article_id_fkey FOREIGN KEY (agency_id, article_id) REFERENCES public.articles(agency_id, id);

-- Name: attachments attachments_agency_id_case_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.attachments
    ADD CONSTRAINT attachments_agency_id_case_id_fkey FOREIGN KEY (agency_id, case_id) REFERENCES public.cases(agency_id, id);

-- Name: ballot_register ballot_register_agency_id_initiative_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.ballot_register
    ADD CONSTRAINT ballot_register_agency_id_initiative_id_fkey FOREIGN KEY (agency_id, initiative_id) REFERENCES public.initiatives(agency_id, id);

-- Name: bulk_cases bulk_cases_agency_id_operation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.bulk_cases
    ADD CONSTRAINT bulk_cases_agency_id_operation_id_fkey FOREIGN KEY (agency_id, operation_id) REFERENCES public.bulk_orders(agency_id, operation_id) ON DELETE CASCADE;

-- Name: bulk_orders bulk_orders_agency_id_operation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.bulk_orders
    ADD CONSTRAINT bulk_orders_agency_id_operation_id_fkey FOREIGN KEY (agency_id, operation_id) REFERENCES public.operations(agency_id, id);

-- Name: case_escalations case_escalations_agency_id_case_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.case_escalations
    ADD CONSTRAINT case_escalations_agency_id_case_id_fkey FOREIGN KEY (agency_id, case_id) REFERENCES public.cases(agency_id, id);

-- Name: case_links case_links_agency_id_case_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.case_links
    ADD CONSTRAINT case_links_agency_id_case_id_fkey FOREIGN KEY (agency_id, case_id) REFERENCES public.cases(agency_id, id);

-- Name: case_links case_links_agency_id_to_case_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.case_links
    ADD CONSTRAINT case_links_agency_id_to_case_fkey FOREIGN KEY (agency_id, to_case) REFERENCES public.cases(agency_id, id);

-- Name: case_notes case_notes_agency_id_case_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.case_notes
    ADD CONSTRAINT case_notes_agency_id_case_id_fkey FOREIGN KEY (agency_id, case_id) REFERENCES public.cases(agency_id, id);

-- Name: case_questions case_questions_agency_id_case_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.case_questions
    ADD CONSTRAINT case_questions_agency_id_case_id_fkey FOREIGN KEY (agency_id, case_id) REFERENCES public.cases(agency_id, id);

-- Name: citizen_identities citizen_identities_agency_id_citizen_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.citizen_identities
    ADD CONSTRAINT citizen_identities_agency_id_citizen_id_fkey FOREIGN KEY (agency_id, citizen_id) REFERENCES public.citizens(agency_id, id);

-- Name: consents consents_agency_id_citizen_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_agency_id_citizen_id_fkey FOREIGN KEY (agency_id, citizen_id) REFERENCES public.citizens(agency_id, id);

-- Name: consents consents_agency_id_use_key_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_agency_id_use_key_fkey FOREIGN KEY (agency_id, use_key) REFERENCES public.data_uses(agency_id, key);

-- Name: contributions contributions_agency_id_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.contributions
    ADD CONSTRAINT contributions_agency_id_id_fkey FOREIGN KEY (agency_id, id) REFERENCES public.remarks(agency_id, id);

-- Name: contributions contributions_agency_id_initiative_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.contributions
    ADD CONSTRAINT contributions_agency_id_initiative_id_fkey FOREIGN KEY (agency_id, initiative_id) REFERENCES public.initiatives(agency_id, id);

-- Name: decision_counts decision_counts_agency_id_initiative_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.decision_counts
    ADD CONSTRAINT decision_counts_agency_id_initiative_id_fkey FOREIGN KEY (agency_id, initiative_id) REFERENCES public.initiatives(agency_id, id);

-- Name: decision_options decision_options_agency_id_initiative_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.decision_options
    ADD CONSTRAINT decision_options_agency_id_initiative_id_fkey FOREIGN KEY (agency_id, initiative_id) REFERENCES public.initiatives(agency_id, id) ON DELETE CASCADE;

-- Name: design_proposals design_proposals_agency_id_design_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.design_proposals
    ADD CONSTRAINT design_proposals_agency_id_design_id_fkey FOREIGN KEY (agency_id, design_id) REFERENCES public.service_designs(agency_id, id);

-- Name: design_proposals design_proposals_agency_id_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.design_proposals
    ADD CONSTRAINT design_proposals_agency_id_id_fkey FOREIGN KEY (agency_id, id) REFERENCES public.remarks(agency_id, id);

-- Name: discussion_posts discussion_posts_agency_id_discussion_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.discussion_posts
    ADD CONSTRAINT discussion_posts_agency_id_discussion_id_fkey FOREIGN KEY (agency_id, discussion_id) REFERENCES public.discussions(agency_id, id);

-- Name: discussion_posts discussion_posts_agency_id_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.discussion_posts
    ADD CONSTRAINT discussion_posts_agency_id_id_fkey FOREIGN KEY (agency_id, id) REFERENCES public.remarks(agency_id, id);

-- Name: discussions discussions_agency_id_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.discussions
    ADD CONSTRAINT discussions_agency_id_id_fkey FOREIGN KEY (agency_id, id) REFERENCES public.remarks(agency_id, id);

-- Name: discussions discussions_agency_id_service_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.discussions
    ADD CONSTRAINT discussions_agency_id_service_id_fkey FOREIGN KEY (agency_id, service_id) REFERENCES public.services(agency_id, id);

-- Name: export_chunks export_chunks_agency_id_export_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.export_chunks
    ADD CONSTRAINT export_chunks_agency_id_export_id_fkey FOREIGN KEY (agency_id, export_id) REFERENCES public.exports(agency_id, id);

-- Name: initiative_census initiative_census_agency_id_initiative_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.initiative_census
    ADD CONSTRAINT initiative_census_agency_id_initiative_id_fkey FOREIGN KEY (agency_id, initiative_id) REFERENCES public.initiatives(agency_id, id) ON DELETE CASCADE;

-- Name: initiative_history initiative_history_agency_id_initiative_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.initiative_history
    ADD CONSTRAINT initiative_history_agency_id_initiative_id_fkey FOREIGN KEY (agency_id, initiative_id) REFERENCES public.initiatives(agency_id, id) ON DELETE CASCADE;

-- Name: initiatives initiatives_agency_id_case_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.initiatives
    ADD CONSTRAINT initiatives_agency_id_case_id_fkey FOREIGN KEY (agency_id, case_id) REFERENCES public.cases(agency_id, id);

-- Name: initiatives initiatives_agency_id_derived_from_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.initiatives
    ADD CONSTRAINT initiatives_agency_id_derived_from_fkey FOREIGN KEY (agency_id, derived_from) REFERENCES public.initiatives(agency_id, id);

-- Name: initiatives initiatives_agency_id_insight_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.initiatives
    ADD CONSTRAINT initiatives_agency_id_insight_id_fkey FOREIGN KEY (agency_id, insight_id) REFERENCES public.insights(agency_id, id);

-- Name: insight_history insight_history_agency_id_insight_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.insight_history
    ADD CONSTRAINT insight_history_agency_id_insight_id_fkey FOREIGN KEY (agency_id, insight_id) REFERENCES public.insights(agency_id, id);

-- Name: insight_measures insight_measures_agency_id_insight_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.insight_measures
    ADD CONSTRAINT insight_measures_agency_id_insight_id_fkey FOREIGN KEY (agency_id, insight_id) REFERENCES public.insights(agency_id, id);

-- Name: insights insights_agency_id_action_service_action_version_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.insights
    ADD CONSTRAINT insights_agency_id_action_service_action_version_fkey FOREIGN KEY (agency_id, action_service, action_version) REFERENCES public.service_versions(agency_id, service_id, number);

-- Name: insights insights_agency_id_service_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.insights
    ADD CONSTRAINT insights_agency_id_service_id_fkey FOREIGN KEY (agency_id, service_id) REFERENCES public.services(agency_id, id);

-- Name: interests interests_agency_id_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.interests
    ADD CONSTRAINT interests_agency_id_account_id_fkey FOREIGN KEY (agency_id, account_id) REFERENCES public.accounts(agency_id, id) ON DELETE CASCADE;

-- Name: mandate_codes mandate_codes_agency_id_citizen_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.mandate_codes
    ADD CONSTRAINT mandate_codes_agency_id_citizen_id_fkey FOREIGN KEY (agency_id, citizen_id) REFERENCES public.citizens(agency_id, id);

-- Name: mandates mandates_agency_id_citizen_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.mandates
    ADD CONSTRAINT mandates_agency_id_citizen_id_fkey FOREIGN KEY (agency_id, citizen_id) REFERENCES public.citizens(agency_id, id);

-- Name: messages messages_agency_id_case_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_agency_id_case_id_fkey FOREIGN KEY (agency_id, case_id) REFERENCES public.cases(agency_id, id);

-- Name: messages messages_agency_id_remark_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_agency_id_remark_id_fkey FOREIGN KEY (agency_id, remark_id) REFERENCES public.remarks(agency_id, id) NOT VALID;

-- Name: notice_recipients notice_recipients_agency_id_sending_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.notice_recipients
    ADD CONSTRAINT notice_recipients_agency_id_sending_id_fkey FOREIGN KEY (agency_id, sending_id) REFERENCES public.notice_sendings(agency_id, id);

-- Name: notice_sendings notice_sendings_agency_id_article_id_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.notice_sendings
    ADD CONSTRAINT notice_sendings_agency_id_article_id_number_fkey FOREIGN KEY (agency_id, article_id, number) REFERENCES public.article_versions(agency_id, article_id, number);

-- Name: open311_requests open311_requests_agency_id_case_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.open311_requests
    ADD CONSTRAINT open311_requests_agency_id_case_id_fkey FOREIGN KEY (agency_id, case_id) REFERENCES public.cases(agency_id, id);

-- Name: open311_told open311_told_agency_id_case_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.open311_told
    ADD CONSTRAINT open311_told_agency_id_case_id_fkey FOREIGN KEY (agency_id, case_id) REFERENCES public.cases(agency_id, id);

-- Name: open311_updates open311_updates_agency_id_case_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.open311_updates
    ADD CONSTRAINT open311_updates_agency_id_case_id_fkey FOREIGN KEY (agency_id, case_id) REFERENCES public.cases(agency_id, id);

-- Name: operation_rejections operation_rejections_agency_id_operation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.operation_rejections
    ADD CONSTRAINT operation_rejections_agency_id_operation_id_fkey FOREIGN KEY (agency_id, operation_id) REFERENCES public.operations(agency_id, id);

-- Name: opposed_demands opposed_demands_agency_id_service_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.opposed_demands
    ADD CONSTRAINT opposed_demands_agency_id_service_id_fkey FOREIGN KEY (agency_id, service_id) REFERENCES public.services(agency_id, id);

-- Name: organisation_members organisation_members_agency_id_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.organisation_members
    ADD CONSTRAINT organisation_members_agency_id_account_id_fkey FOREIGN KEY (agency_id, account_id) REFERENCES public.accounts(agency_id, id) ON DELETE CASCADE;

-- Name: organisation_members organisation_members_organisation; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.organisation_members
    ADD CONSTRAINT organisation_members_organisation FOREIGN KEY (agency_id, organisation) REFERENCES public.organisations(agency_id, key);

-- Name: organisation_support organisation_support_agency_id_organisation_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.organisation_support
    ADD CONSTRAINT organisation_support_agency_id_organisation_fkey FOREIGN KEY (agency_id, organisation) REFERENCES public.organisations(agency_id, key);

-- Name: paper_entries paper_entries_agency_id_initiative_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.paper_entries
    ADD CONSTRAINT paper_entries_agency_id_initiative_id_fkey FOREIGN KEY (agency_id, initiative_id) REFERENCES public.initiatives(agency_id, id);

-- Name: partner_cases partner_cases_agency_id_case_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.partner_cases
    ADD CONSTRAINT partner_cases_agency_id_case_id_fkey FOREIGN KEY (agency_id, case_id) REFERENCES public.cases(agency_id, id);

-- Name: partner_cases partner_cases_agency_id_partner_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.partner_cases
    ADD CONSTRAINT partner_cases_agency_id_partner_id_fkey FOREIGN KEY (agency_id, partner_id) REFERENCES public.partners(agency_id, id);

-- Name: partner_deliveries partner_deliveries_agency_id_partner_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.partner_deliveries
    ADD CONSTRAINT partner_deliveries_agency_id_partner_id_fkey FOREIGN KEY (agency_id, partner_id) REFERENCES public.partners(agency_id, id);

-- Name: partner_updates partner_updates_agency_id_partner_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.partner_updates
    ADD CONSTRAINT partner_updates_agency_id_partner_id_fkey FOREIGN KEY (agency_id, partner_id) REFERENCES public.partners(agency_id, id);

-- Name: recoveries recoveries_agency_id_case_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.recoveries
    ADD CONSTRAINT recoveries_agency_id_case_id_fkey FOREIGN KEY (agency_id, case_id) REFERENCES public.cases(agency_id, id);

-- Name: remarks remarks_agency_id_answer_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.remarks
    ADD CONSTRAINT remarks_agency_id_answer_id_fkey FOREIGN KEY (agency_id, answer_id) REFERENCES public.answers(agency_id, id) NOT VALID;

-- Name: remarks remarks_agency_id_service_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.remarks
    ADD CONSTRAINT remarks_agency_id_service_id_fkey FOREIGN KEY (agency_id, service_id) REFERENCES public.services(agency_id, id);

-- Name: removals removals_agency_id_remark_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.removals
    ADD CONSTRAINT removals_agency_id_remark_id_fkey FOREIGN KEY (agency_id, remark_id) REFERENCES public.remarks(agency_id, id);

-- Name: report_mailings report_mailings_agency_id_subscription_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.report_mailings
    ADD CONSTRAINT report_mailings_agency_id_subscription_id_fkey FOREIGN KEY (agency_id, subscription_id) REFERENCES public.report_subscriptions(agency_id, id);

-- Name: retention_rules retention_rules_agency_id_service_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.retention_rules
    ADD CONSTRAINT retention_rules_agency_id_service_id_fkey FOREIGN KEY (agency_id, service_id) REFERENCES public.services(agency_id, id);

-- Name: scarcity_rules scarcity_rules_agency_id_service_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.scarcity_rules
    ADD CONSTRAINT scarcity_rules_agency_id_service_id_fkey FOREIGN KEY (agency_id, service_id) REFERENCES public.services(agency_id, id);

-- Name: scarcity_simulations scarcity_simulations_agency_id_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.scarcity_simulations
    ADD CONSTRAINT scarcity_simulations_agency_id_id_fkey FOREIGN KEY (agency_id, id) REFERENCES public.operations(agency_id, id);

-- Name: scarcity_simulations scarcity_simulations_agency_id_rule_key_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.scarcity_simulations
    ADD CONSTRAINT scarcity_simulations_agency_id_rule_key_fkey FOREIGN KEY (agency_id, rule_key) REFERENCES public.scarcity_rules(agency_id, key);

-- Name: service_designs service_designs_agency_id_service_id_service_version_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.service_designs
    ADD CONSTRAINT service_designs_agency_id_service_id_service_version_fkey FOREIGN KEY (agency_id, service_id, service_version) REFERENCES public.service_versions(agency_id, service_id, number);

-- Name: service_rating_editions service_rating_editions_agency_id_service_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.service_rating_editions
    ADD CONSTRAINT service_rating_editions_agency_id_service_id_fkey FOREIGN KEY (agency_id, service_id) REFERENCES public.services(agency_id, id);

-- Name: service_ratings service_ratings_agency_id_service_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.service_ratings
    ADD CONSTRAINT service_ratings_agency_id_service_id_fkey FOREIGN KEY (agency_id, service_id) REFERENCES public.services(agency_id, id);

-- Name: service_versions service_versions_agency_id_service_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.service_versions
    ADD CONSTRAINT service_versions_agency_id_service_id_fkey FOREIGN KEY (agency_id, service_id) REFERENCES public.services(agency_id, id);

-- Name: support_requests support_requests_agency_id_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.support_requests
    ADD CONSTRAINT support_requests_agency_id_id_fkey FOREIGN KEY (agency_id, id) REFERENCES public.remarks(agency_id, id);

-- Name: support_requests support_requests_agency_id_task_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.support_requests
    ADD CONSTRAINT support_requests_agency_id_task_id_fkey FOREIGN KEY (agency_id, task_id) REFERENCES public.tasks(agency_id, id);

-- Name: survey_code_editions survey_code_editions_agency_id_wave_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_code_editions
    ADD CONSTRAINT survey_code_editions_agency_id_wave_id_fkey FOREIGN KEY (agency_id, wave_id) REFERENCES public.survey_waves(agency_id, id);

-- Name: survey_coded_texts survey_coded_texts_agency_id_wave_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_coded_texts
    ADD CONSTRAINT survey_coded_texts_agency_id_wave_id_fkey FOREIGN KEY (agency_id, wave_id) REFERENCES public.survey_waves(agency_id, id);

-- Name: survey_codes survey_codes_agency_id_survey_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_codes
    ADD CONSTRAINT survey_codes_agency_id_survey_id_fkey FOREIGN KEY (agency_id, survey_id) REFERENCES public.surveys(agency_id, id);

-- Name: survey_counts survey_counts_agency_id_wave_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_counts
    ADD CONSTRAINT survey_counts_agency_id_wave_id_fkey FOREIGN KEY (agency_id, wave_id) REFERENCES public.survey_waves(agency_id, id);

-- Name: survey_editions survey_editions_agency_id_wave_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_editions
    ADD CONSTRAINT survey_editions_agency_id_wave_id_fkey FOREIGN KEY (agency_id, wave_id) REFERENCES public.survey_waves(agency_id, id);

-- Name: survey_invitations survey_invitations_agency_id_wave_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_invitations
    ADD CONSTRAINT survey_invitations_agency_id_wave_id_fkey FOREIGN KEY (agency_id, wave_id) REFERENCES public.survey_waves(agency_id, id);

-- Name: survey_margins survey_margins_agency_id_survey_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_margins
    ADD CONSTRAINT survey_margins_agency_id_survey_id_fkey FOREIGN KEY (agency_id, survey_id) REFERENCES public.surveys(agency_id, id);

-- Name: survey_publications survey_publications_agency_id_wave_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_publications
    ADD CONSTRAINT survey_publications_agency_id_wave_id_fkey FOREIGN KEY (agency_id, wave_id) REFERENCES public.survey_waves(agency_id, id);

-- Name: survey_register survey_register_agency_id_wave_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_register
    ADD CONSTRAINT survey_register_agency_id_wave_id_fkey FOREIGN KEY (agency_id, wave_id) REFERENCES public.survey_waves(agency_id, id);

-- Name: survey_results survey_results_agency_id_wave_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_results
    ADD CONSTRAINT survey_results_agency_id_wave_id_fkey FOREIGN KEY (agency_id, wave_id) REFERENCES public.survey_waves(agency_id, id);

-- Name: survey_strata survey_strata_agency_id_wave_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_strata
    ADD CONSTRAINT survey_strata_agency_id_wave_id_fkey FOREIGN KEY (agency_id, wave_id) REFERENCES public.survey_waves(agency_id, id);

-- Name: survey_waves survey_waves_agency_id_survey_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.survey_waves
    ADD CONSTRAINT survey_waves_agency_id_survey_id_fkey FOREIGN KEY (agency_id, survey_id) REFERENCES public.surveys(agency_id, id);

-- Name: surveys surveys_agency_id_service_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.surveys
    ADD CONSTRAINT surveys_agency_id_service_id_fkey FOREIGN KEY (agency_id, service_id) REFERENCES public.services(agency_id, id);

-- Name: task_confirmations task_confirmations_agency_id_task_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.task_confirmations
    ADD CONSTRAINT task_confirmations_agency_id_task_id_fkey FOREIGN KEY (agency_id, task_id) REFERENCES public.tasks(agency_id, id);

-- Name: task_pictures task_pictures_agency_id_task_id_post_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.task_pictures
    ADD CONSTRAINT task_pictures_agency_id_task_id_post_id_fkey FOREIGN KEY (agency_id, task_id, post_id) REFERENCES public.task_posts(agency_id, task_id, id);

-- Name: task_pledges task_pledges_agency_id_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.task_pledges
    ADD CONSTRAINT task_pledges_agency_id_id_fkey FOREIGN KEY (agency_id, id) REFERENCES public.remarks(agency_id, id);

-- Name: task_pledges task_pledges_agency_id_task_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.task_pledges
    ADD CONSTRAINT task_pledges_agency_id_task_id_fkey FOREIGN KEY (agency_id, task_id) REFERENCES public.tasks(agency_id, id);

-- Name: task_posts task_posts_agency_id_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.task_posts
    ADD CONSTRAINT task_posts_agency_id_id_fkey FOREIGN KEY (agency_id, id) REFERENCES public.remarks(agency_id, id);

-- Name: task_posts task_posts_agency_id_task_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.task_posts
    ADD CONSTRAINT task_posts_agency_id_task_id_fkey FOREIGN KEY (agency_id, task_id) REFERENCES public.tasks(agency_id, id);

-- Name: tasks tasks_agency_id_case_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_agency_id_case_id_fkey FOREIGN KEY (agency_id, case_id) REFERENCES public.cases(agency_id, id);

-- Name: tasks tasks_agency_id_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_agency_id_id_fkey FOREIGN KEY (agency_id, id) REFERENCES public.remarks(agency_id, id);

-- Name: tasks tasks_agency_id_initiative_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_agency_id_initiative_id_fkey FOREIGN KEY (agency_id, initiative_id) REFERENCES public.initiatives(agency_id, id);

-- Name: tasks tasks_agency_id_option_of_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_agency_id_option_of_fkey FOREIGN KEY (agency_id, option_of) REFERENCES public.initiatives(agency_id, id);

-- Name: tasks tasks_agency_id_organisation_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_agency_id_organisation_fkey FOREIGN KEY (agency_id, organisation) REFERENCES public.organisations(agency_id, key);

-- Name: topic_supporters topic_supporters_agency_id_topic_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.topic_supporters
    ADD CONSTRAINT topic_supporters_agency_id_topic_id_fkey FOREIGN KEY (agency_id, topic_id) REFERENCES public.topics(agency_id, id);

-- Name: topics topics_agency_id_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.topics
    ADD CONSTRAINT topics_agency_id_id_fkey FOREIGN KEY (agency_id, id) REFERENCES public.remarks(agency_id, id);

-- Name: unit_members unit_members_agency_id_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.unit_members
    ADD CONSTRAINT unit_members_agency_id_account_id_fkey FOREIGN KEY (agency_id, account_id) REFERENCES public.accounts(agency_id, id) ON DELETE CASCADE;

-- Name: unit_members unit_members_agency_id_unit_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.unit_members
    ADD CONSTRAINT unit_members_agency_id_unit_fkey FOREIGN KEY (agency_id, unit) REFERENCES public.units(agency_id, key);

-- Name: units units_agency_id_parent_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.units
    ADD CONSTRAINT units_agency_id_parent_fkey FOREIGN KEY (agency_id, parent) REFERENCES public.units(agency_id, key);

-- Name: webhook_deliveries webhook_deliveries_agency_id_webhook_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_agency_id_webhook_id_fkey FOREIGN KEY (agency_id, webhook_id) REFERENCES public.webhooks(agency_id, id);

-- Name: accounts; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.accounts ENABLE ROW LEVEL SECURITY;

-- Name: advice; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.advice ENABLE ROW LEVEL SECURITY;

-- Name: accounts agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.accounts USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: advice agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.advice USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: agenda_settings agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.agenda_settings USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: answer_templates agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.answer_templates USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: answers agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.answers USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: api_keys agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.api_keys USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: appeals agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.appeals USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: article_versions agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.article_versions USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: articles agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.articles USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: attachment_chunks agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.attachment_chunks USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: attachments agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.attachments USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: attributes agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.attributes USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: audit_entries agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.audit_entries USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: audit_heads agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.audit_heads USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: ballot_box agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.ballot_box USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: ballot_register agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.ballot_register USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: bulk_cases agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.bulk_cases USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: bulk_orders agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.bulk_orders USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: calendars agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.calendars USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: case_escalations agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.case_escalations USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: case_history agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.case_history USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: case_links agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.case_links USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: case_notes agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.case_notes USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: case_numbers agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.case_numbers USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: case_questions agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.case_questions USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: case_rules agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.case_rules USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: cases agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.cases USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: citizen_identities agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.citizen_identities USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: citizens agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.citizens USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: consents agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.consents USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: contributions agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.contributions USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: data_uses agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.data_uses USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: decision_counts agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.decision_counts USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: decision_options agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.decision_options USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: design_proposals agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.design_proposals USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: discussion_posts agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.discussion_posts USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: discussions agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.discussions USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: erased_sign_ins agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.erased_sign_ins USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: export_chunks agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.export_chunks USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: exports agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.exports USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: floor_rules agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.floor_rules USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: idempotency_keys agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.idempotency_keys USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: identity_providers agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.identity_providers USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: import_chunks agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.import_chunks USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: import_mappings agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.import_mappings USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: import_promises agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.import_promises USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: initiative_census agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.initiative_census USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: initiative_history agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.initiative_history USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: initiatives agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.initiatives USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: insight_history agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.insight_history USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: insight_measures agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.insight_measures USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: insights agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.insights USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: interests agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.interests USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: list_sightings agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.list_sightings USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: mailbox_messages agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.mailbox_messages USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: mandate_codes agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.mandate_codes USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: mandates agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.mandates USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: messages agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.messages USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: moderation_rules agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.moderation_rules USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: notice_recipients agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.notice_recipients USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: notice_sendings agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.notice_sendings USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: open311_requests agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.open311_requests USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: open311_settings agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.open311_settings USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: open311_told agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.open311_told USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: open311_updates agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.open311_updates USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: operation_rejections agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.operation_rejections USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: operations agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.operations USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: opposed_demands agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.opposed_demands USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: organisation_members agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.organisation_members USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: organisation_support agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.organisation_support USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: organisations agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.organisations USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: outbox agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.outbox USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: outbox_heads agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.outbox_heads USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: paper_entries agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.paper_entries USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: partner_cases agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.partner_cases USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: partner_deliveries agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.partner_deliveries USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: partner_updates agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.partner_updates USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: partners agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.partners USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: recoveries agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.recoveries USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: remarks agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.remarks USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: removals agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.removals USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: report_books agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.report_books USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: report_grains agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.report_grains USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: report_mailings agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.report_mailings USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: report_months agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.report_months USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: report_pages agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.report_pages USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: report_subscriptions agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.report_subscriptions USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: retention_rules agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.retention_rules USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: scarcity_rules agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.scarcity_rules USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: scarcity_simulations agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.scarcity_simulations USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: search_documents agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.search_documents USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: search_spellings agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.search_spellings USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: search_words agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.search_words USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: segment_advice agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.segment_advice USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: segment_changes agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.segment_changes USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: segment_evaluations agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.segment_evaluations USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: segment_members agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.segment_members USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: segment_offers agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.segment_offers USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: segment_snapshots agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.segment_snapshots USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: segment_tellings agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.segment_tellings USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: segments agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.segments USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: service_designs agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.service_designs USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: service_floors agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.service_floors USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: service_rating_editions agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.service_rating_editions USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: service_ratings agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.service_ratings USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: service_versions agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.service_versions USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: services agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.services USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: support_requests agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.support_requests USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: survey_code_editions agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.survey_code_editions USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: survey_coded_texts agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.survey_coded_texts USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: survey_codes agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.survey_codes USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: survey_counts agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.survey_counts USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: survey_editions agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.survey_editions USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: survey_inbox agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.survey_inbox USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: survey_invitations agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.survey_invitations USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: survey_links agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.survey_links USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: survey_margins agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.survey_margins USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: survey_publications agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.survey_publications USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: survey_register agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.survey_register USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: survey_responses agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.survey_responses USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: survey_results agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.survey_results USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: survey_strata agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.survey_strata USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: survey_waves agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.survey_waves USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: surveys agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.surveys USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: task_confirmations agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.task_confirmations USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: task_pictures agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.task_pictures USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: task_pledges agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.task_pledges USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: task_posts agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.task_posts USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: tasks agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.tasks USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: topic_supporters agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.topic_supporters USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: topics agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.topics USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: unit_members agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.unit_members USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: units agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.units USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: webhook_deliveries agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.webhook_deliveries USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: webhooks agency; Type: POLICY; Schema: public; Owner: -

CREATE POLICY agency ON public.webhooks USING ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid)) WITH CHECK ((agency_id = (NULLIF(current_setting('cirm.agency'::text, true), ''::text))::uuid));

-- Name: agenda_settings; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.agenda_settings ENABLE ROW LEVEL SECURITY;

-- Name: answer_templates; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.answer_templates ENABLE ROW LEVEL SECURITY;

-- Name: answers; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.answers ENABLE ROW LEVEL SECURITY;

-- Name: api_keys; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.api_keys ENABLE ROW LEVEL SECURITY;

-- Name: appeals; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.appeals ENABLE ROW LEVEL SECURITY;

-- Name: article_versions; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.article_versions ENABLE ROW LEVEL SECURITY;

-- Name: articles; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.articles ENABLE ROW LEVEL SECURITY;

-- Name: attachment_chunks; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.attachment_chunks ENABLE ROW LEVEL SECURITY;

-- Name: attachments; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.attachments ENABLE ROW LEVEL SECURITY;

-- Name: attributes; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.attributes ENABLE ROW LEVEL SECURITY;

-- Name: audit_entries; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.audit_entries ENABLE ROW LEVEL SECURITY;

-- Name: audit_heads; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.audit_heads ENABLE ROW LEVEL SECURITY;

-- Name: ballot_box; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.ballot_box ENABLE ROW LEVEL SECURITY;

-- Name: ballot_register; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.ballot_register ENABLE ROW LEVEL SECURITY;

-- Name: bulk_cases; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.bulk_cases ENABLE ROW LEVEL SECURITY;

-- Name: bulk_orders; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.bulk_orders ENABLE ROW LEVEL SECURITY;

-- Name: calendars; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.calendars ENABLE ROW LEVEL SECURITY;

-- Name: case_escalations; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.case_escalations ENABLE ROW LEVEL SECURITY;

-- Name: case_history; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.case_history ENABLE ROW LEVEL SECURITY;

-- Name: case_links; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.case_links ENABLE ROW LEVEL SECURITY;

-- Name: case_notes; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.case_notes ENABLE ROW LEVEL SECURITY;

-- Name: case_numbers; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.case_numbers ENABLE ROW LEVEL SECURITY;

-- Name: case_questions; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.case_questions ENABLE ROW LEVEL SECURITY;

-- Name: case_rules; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.case_rules ENABLE ROW LEVEL SECURITY;

-- Name: cases; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.cases ENABLE ROW LEVEL SECURITY;

-- Name: citizen_identities; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.citizen_identities ENABLE ROW LEVEL SECURITY;

-- Name: citizens; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.citizens ENABLE ROW LEVEL SECURITY;

-- Name: consents; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.consents ENABLE ROW LEVEL SECURITY;

-- Name: contributions; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.contributions ENABLE ROW LEVEL SECURITY;

-- Name: data_uses; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.data_uses ENABLE ROW LEVEL SECURITY;

-- Name: decision_counts; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.decision_counts ENABLE ROW LEVEL SECURITY;

-- Name: decision_options; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.decision_options ENABLE ROW LEVEL SECURITY;

-- Name: design_proposals; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.design_proposals ENABLE ROW LEVEL SECURITY;

-- Name: discussion_posts; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.discussion_posts ENABLE ROW LEVEL SECURITY;

-- Name: discussions; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.discussions ENABLE ROW LEVEL SECURITY;

-- Name: erased_sign_ins; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.erased_sign_ins ENABLE ROW LEVEL SECURITY;

-- Name: export_chunks; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.export_chunks ENABLE ROW LEVEL SECURITY;

-- Name: exports; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.exports ENABLE ROW LEVEL SECURITY;

-- Name: floor_rules; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.floor_rules ENABLE ROW LEVEL SECURITY;

-- Name: idempotency_keys; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.idempotency_keys ENABLE ROW LEVEL SECURITY;

-- Name: identity_providers; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.identity_providers ENABLE ROW LEVEL SECURITY;

-- Name: import_chunks; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.import_chunks ENABLE ROW LEVEL SECURITY;

-- Name: import_mappings; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.import_mappings ENABLE ROW LEVEL SECURITY;

-- Name: import_promises; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.import_promises ENABLE ROW LEVEL SECURITY;

-- Name: initiative_census; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.initiative_census ENABLE ROW LEVEL SECURITY;

-- Name: initiative_history; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.initiative_history ENABLE ROW LEVEL SECURITY;

-- Name: initiatives; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.initiatives ENABLE ROW LEVEL SECURITY;

-- Name: insight_history; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.insight_history ENABLE ROW LEVEL SECURITY;

-- Name: insight_measures; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.insight_measures ENABLE ROW LEVEL SECURITY;

-- Name: insights; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.insights ENABLE ROW LEVEL SECURITY;

-- Name: interests; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.interests ENABLE ROW LEVEL SECURITY;

-- Name: list_sightings; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.list_sightings ENABLE ROW LEVEL SECURITY;

-- Name: mailbox_messages; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.mailbox_messages ENABLE ROW LEVEL SECURITY;

-- Name: mandate_codes; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.mandate_codes ENABLE ROW LEVEL SECURITY;

-- Name: mandates; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.mandates ENABLE ROW LEVEL SECURITY;

-- Name: messages; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.messages ENABLE ROW LEVEL SECURITY;

-- Name: moderation_rules; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.moderation_rules ENABLE ROW LEVEL SECURITY;

-- Name: notice_recipients; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.notice_recipients ENABLE ROW LEVEL SECURITY;

-- Name: notice_sendings; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.notice_sendings ENABLE ROW LEVEL SECURITY;

-- Name: open311_requests; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.open311_requests ENABLE ROW LEVEL SECURITY;

-- Name: open311_settings; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.open311_settings ENABLE ROW LEVEL SECURITY;

-- Name: open311_told; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.open311_told ENABLE ROW LEVEL SECURITY;

-- Name: open311_updates; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.open311_updates ENABLE ROW LEVEL SECURITY;

-- Name: operation_rejections; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.operation_rejections ENABLE ROW LEVEL SECURITY;

-- Name: operations; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.operations ENABLE ROW LEVEL SECURITY;

-- Name: opposed_demands; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.opposed_demands ENABLE ROW LEVEL SECURITY;

-- Name: organisation_members; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.organisation_members ENABLE ROW LEVEL SECURITY;

-- Name: organisation_support; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.organisation_support ENABLE ROW LEVEL SECURITY;

-- Name: organisations; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.organisations ENABLE ROW LEVEL SECURITY;

-- Name: outbox; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.outbox ENABLE ROW LEVEL SECURITY;

-- Name: outbox_heads; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.outbox_heads ENABLE ROW LEVEL SECURITY;

-- Name: paper_entries; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.paper_entries ENABLE ROW LEVEL SECURITY;

-- Name: partner_cases; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.partner_cases ENABLE ROW LEVEL SECURITY;

-- Name: partner_deliveries; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.partner_deliveries ENABLE ROW LEVEL SECURITY;

-- Name: partner_updates; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.partner_updates ENABLE ROW LEVEL SECURITY;

-- Name: partners; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.partners ENABLE ROW LEVEL SECURITY;

-- Name: recoveries; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.recoveries ENABLE ROW LEVEL SECURITY;

-- Name: remarks; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.remarks ENABLE ROW LEVEL SECURITY;

-- Name: removals; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.removals ENABLE ROW LEVEL SECURITY;

-- Name: report_books; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.report_books ENABLE ROW LEVEL SECURITY;

-- Name: report_grains; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.report_grains ENABLE ROW LEVEL SECURITY;

-- Name: report_mailings; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.report_mailings ENABLE ROW LEVEL SECURITY;

-- Name: report_months; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.report_months ENABLE ROW LEVEL SECURITY;

-- Name: report_pages; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.report_pages ENABLE ROW LEVEL SECURITY;

-- Name: report_subscriptions; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.report_subscriptions ENABLE ROW LEVEL SECURITY;

-- Name: retention_rules; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.retention_rules ENABLE ROW LEVEL SECURITY;

-- Name: accounts router; Type: POLICY; Schema: public; Owner: -

CREATE POLICY router ON public.accounts FOR SELECT TO cirm_router USING (true);

-- Name: identity_providers router; Type: POLICY; Schema: public; Owner: -

CREATE POLICY router ON public.identity_providers FOR SELECT TO cirm_router USING (true);

-- Name: notice_sendings router; Type: POLICY; Schema: public; Owner: -

CREATE POLICY router ON public.notice_sendings FOR SELECT TO cirm_router USING (true);

-- Name: outbox router; Type: POLICY; Schema: public; Owner: -

CREATE POLICY router ON public.outbox FOR SELECT TO cirm_router USING (true);

-- Name: partner_deliveries router; Type: POLICY; Schema: public; Owner: -

CREATE POLICY router ON public.partner_deliveries FOR SELECT TO cirm_router USING (true);

-- Name: partners router; Type: POLICY; Schema: public; Owner: -

CREATE POLICY router ON public.partners FOR SELECT TO cirm_router USING (true);

-- Name: segment_changes router; Type: POLICY; Schema: public; Owner: -

CREATE POLICY router ON public.segment_changes FOR SELECT TO cirm_router USING (true);

-- Name: segments router; Type: POLICY; Schema: public; Owner: -

CREATE POLICY router ON public.segments FOR SELECT TO cirm_router USING (true);

-- Name: survey_inbox router; Type: POLICY; Schema: public; Owner: -

CREATE POLICY router ON public.survey_inbox FOR SELECT TO cirm_router USING (true);

-- Name: survey_waves router; Type: POLICY; Schema: public; Owner: -

CREATE POLICY router ON public.survey_waves FOR SELECT TO cirm_router USING (true);

-- Name: webhook_deliveries router; Type: POLICY; Schema: public; Owner: -

CREATE POLICY router ON public.webhook_deliveries FOR SELECT TO cirm_router USING (true);

-- Name: webhooks router; Type: POLICY; Schema: public; Owner: -

CREATE POLICY router ON public.webhooks FOR SELECT TO cirm_router USING (true);

-- Name: scarcity_rules; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.scarcity_rules ENABLE ROW LEVEL SECURITY;

-- Name: scarcity_simulations; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.scarcity_simulations ENABLE ROW LEVEL SECURITY;

-- Name: search_documents; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.search_documents ENABLE ROW LEVEL SECURITY;

-- Name: search_spellings; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.search_spellings ENABLE ROW LEVEL SECURITY;

-- Name: search_words; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.search_words ENABLE ROW LEVEL SECURITY;

-- Name: segment_advice; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.segment_advice ENABLE ROW LEVEL SECURITY;

-- Name: segment_changes; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.segment_changes ENABLE ROW LEVEL SECURITY;

-- Name: segment_evaluations; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.segment_evaluations ENABLE ROW LEVEL SECURITY;

-- Name: segment_members; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.segment_members ENABLE ROW LEVEL SECURITY;

-- Name: segment_offers; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.segment_offers ENABLE ROW LEVEL SECURITY;

-- Name: segment_snapshots; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.segment_snapshots ENABLE ROW LEVEL SECURITY;

-- Name: segment_tellings; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.segment_tellings ENABLE ROW LEVEL SECURITY;

-- Name: segments; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.segments ENABLE ROW LEVEL SECURITY;

-- Name: service_designs; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.service_designs ENABLE ROW LEVEL SECURITY;

-- Name: service_floors; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.service_floors ENABLE ROW LEVEL SECURITY;

-- Name: service_rating_editions; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.service_rating_editions ENABLE ROW LEVEL SECURITY;

-- Name: service_ratings; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.service_ratings ENABLE ROW LEVEL SECURITY;

-- Name: service_versions; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.service_versions ENABLE ROW LEVEL SECURITY;

-- Name: services; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.services ENABLE ROW LEVEL SECURITY;

-- Name: support_requests; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.support_requests ENABLE ROW LEVEL SECURITY;

-- Name: survey_code_editions; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.survey_code_editions ENABLE ROW LEVEL SECURITY;

-- Name: survey_coded_texts; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.survey_coded_texts ENABLE ROW LEVEL SECURITY;

-- Name: survey_codes; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.survey_codes ENABLE ROW LEVEL SECURITY;

-- Name: survey_counts; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.survey_counts ENABLE ROW LEVEL SECURITY;

-- Name: survey_editions; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.survey_editions ENABLE ROW LEVEL SECURITY;

-- Name: survey_inbox; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.survey_inbox ENABLE ROW LEVEL SECURITY;

-- Name: survey_invitations; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.survey_invitations ENABLE ROW LEVEL SECURITY;

-- Name: survey_links; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.survey_links ENABLE ROW LEVEL SECURITY;

-- Name: survey_margins; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.survey_margins ENABLE ROW LEVEL SECURITY;

-- Name: survey_publications; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.survey_publications ENABLE ROW LEVEL SECURITY;

-- Name: survey_register; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.survey_register ENABLE ROW LEVEL SECURITY;

-- Name: survey_responses; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.survey_responses ENABLE ROW LEVEL SECURITY;

-- Name: survey_results; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.survey_results ENABLE ROW LEVEL SECURITY;

-- Name: survey_strata; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.survey_strata ENABLE ROW LEVEL SECURITY;

-- Name: survey_waves; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.survey_waves ENABLE ROW LEVEL SECURITY;

-- Name: surveys; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.surveys ENABLE ROW LEVEL SECURITY;

-- Name: task_confirmations; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.task_confirmations ENABLE ROW LEVEL SECURITY;

-- Name: task_pictures; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.task_pictures ENABLE ROW LEVEL SECURITY;

-- Name: task_pledges; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.task_pledges ENABLE ROW LEVEL SECURITY;

-- Name: task_posts; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.task_posts ENABLE ROW LEVEL SECURITY;

-- Name: tasks; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.tasks ENABLE ROW LEVEL SECURITY;

-- Name: topic_supporters; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.topic_supporters ENABLE ROW LEVEL SECURITY;

-- Name: topics; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.topics ENABLE ROW LEVEL SECURITY;

-- Name: unit_members; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.unit_members ENABLE ROW LEVEL SECURITY;

-- Name: units; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.units ENABLE ROW LEVEL SECURITY;

-- Name: webhook_deliveries; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.webhook_deliveries ENABLE ROW LEVEL SECURITY;

-- Name: webhooks; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.webhooks ENABLE ROW LEVEL SECURITY;

-- Name: SCHEMA engine; Type: ACL; Schema: -; Owner: -

GRANT ALL ON SCHEMA engine TO cirm_engine;

-- Name: SCHEMA public; Type: ACL; Schema: -; Owner: -

GRANT USAGE ON SCHEMA public TO cirm_app;
GRANT USAGE ON SCHEMA public TO cirm_router;
GRANT USAGE ON SCHEMA public TO cirm_platform;

-- Name: TABLE accounts; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.accounts TO cirm_app;

-- Name: COLUMN accounts.agency_id; Type: ACL; Schema: public; Owner: -

GRANT SELECT(agency_id) ON TABLE public.accounts TO cirm_router;

-- Name: COLUMN accounts.id; Type: ACL; Schema: public; Owner: -

GRANT SELECT(id) ON TABLE public.accounts TO cirm_router;

-- Name: COLUMN accounts.email_key; Type: ACL; Schema: public; Owner: -

GRANT SELECT(email_key) ON TABLE public.accounts TO cirm_router;

-- Name: TABLE advice; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.advice TO cirm_app;

-- Name: TABLE agencies; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.agencies TO cirm_app;
GRANT SELECT ON TABLE public.agencies TO cirm_router;
GRANT SELECT,INSERT,UPDATE ON TABLE public.agencies TO cirm_platform;

-- Name: TABLE agenda_settings; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.agenda_settings TO cirm_app;

-- Name: TABLE answer_templates; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.answer_templates TO cirm_app;

-- Name: TABLE answers; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.answers TO cirm_app;

-- Name: TABLE api_keys; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.api_keys TO cirm_app;

-- Name: TABLE appeals; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.appeals TO cirm_app;

-- Name: TABLE article_versions; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.article_versions TO cirm_app;

-- Name: TABLE articles; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.articles TO cirm_app;

-- Name: TABLE attachment_chunks; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE public.attachment_chunks TO cirm_app;

-- Name: TABLE attachments; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.attachments TO cirm_app;

-- Name: COLUMN attachments.name; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(name) ON TABLE public.attachments TO cirm_app;

-- Name: COLUMN attachments.sha256; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(sha256) ON TABLE public.attachments TO cirm_app;

-- Name: COLUMN attachments.actor_id; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(actor_id) ON TABLE public.attachments TO cirm_app;

-- Name: COLUMN attachments.on_behalf_of; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(on_behalf_of) ON TABLE public.attachments TO cirm_app;

-- Name: COLUMN attachments.removed_at; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(removed_at) ON TABLE public.attachments TO cirm_app;

-- Name: TABLE attributes; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.attributes TO cirm_app;

-- Name: TABLE audit_entries; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.audit_entries TO cirm_app;

-- Name: TABLE audit_heads; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.audit_heads TO cirm_app;

-- Name: TABLE ballot_box; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.ballot_box TO cirm_app;

-- Name: TABLE ballot_register; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE public.ballot_register TO cirm_app;

-- Name: TABLE bulk_cases; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE public.bulk_cases TO cirm_app;

-- Name: TABLE bulk_orders; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE public.bulk_orders TO cirm_app;

-- Name: TABLE calendars; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.calendars TO cirm_app;

-- Name: TABLE case_escalations; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.case_escalations TO cirm_app;

-- Name: TABLE case_history; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.case_history TO cirm_app;

-- Name: COLUMN case_history.reason; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(reason) ON TABLE public.case_history TO cirm_app;

-- Name: COLUMN case_history.actor_id; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(actor_id) ON TABLE public.case_history TO cirm_app;

-- Name: COLUMN case_history.on_behalf_of; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(on_behalf_of) ON TABLE public.case_history TO cirm_app;

-- Name: TABLE case_links; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE public.case_links TO cirm_app;

-- Name: TABLE case_notes; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.case_notes TO cirm_app;

-- Name: COLUMN case_notes.text; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(text) ON TABLE public.case_notes TO cirm_app;

-- Name: COLUMN case_notes.actor_id; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(actor_id) ON TABLE public.case_notes TO cirm_app;

-- Name: COLUMN case_notes.on_behalf_of; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(on_behalf_of) ON TABLE public.case_notes TO cirm_app;

-- Name: TABLE case_numbers; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.case_numbers TO cirm_app;

-- Name: TABLE case_questions; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.case_questions TO cirm_app;

-- Name: TABLE case_rules; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.case_rules TO cirm_app;

-- Name: TABLE cases; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.cases TO cirm_app;

-- Name: TABLE citizen_identities; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.citizen_identities TO cirm_app;

-- Name: TABLE citizens; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.citizens TO cirm_app;

-- Name: TABLE consents; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.consents TO cirm_app;

-- Name: TABLE contributions; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.contributions TO cirm_app;

-- Name: TABLE data_uses; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.data_uses TO cirm_app;

-- Name: TABLE decision_counts; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.decision_counts TO cirm_app;

-- Name: TABLE decision_options; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.decision_options TO cirm_app;

-- Name: TABLE design_proposals; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.design_proposals TO cirm_app;

-- Name: TABLE discussion_posts; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.discussion_posts TO cirm_app;

-- Name: TABLE discussions; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.discussions TO cirm_app;

-- Name: TABLE erased_sign_ins; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.erased_sign_ins TO cirm_app;

-- Name: TABLE export_chunks; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE public.export_chunks TO cirm_app;

-- Name: TABLE exports; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.exports TO cirm_app;

-- Name: TABLE floor_rules; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.floor_rules TO cirm_app;

-- Name: TABLE idempotency_keys; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_keys TO cirm_app;

-- Name: TABLE identity_providers; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.identity_providers TO cirm_app;

-- Name: COLUMN identity_providers.agency_id; Type: ACL; Schema: public; Owner: -

GRANT SELECT(agency_id) ON TABLE public.identity_providers TO cirm_router;

-- Name: COLUMN identity_providers.issuer; Type: ACL; Schema: public; Owner: -

GRANT SELECT(issuer) ON TABLE public.identity_providers TO cirm_router;

-- Name: COLUMN identity_providers.audience; Type: ACL; Schema: public; Owner: -

GRANT SELECT(audience) ON TABLE public.identity_providers TO cirm_router;

-- Name: TABLE import_chunks; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE public.import_chunks TO cirm_app;

-- Name: TABLE import_mappings; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.import_mappings TO cirm_app;

-- Name: TABLE import_promises; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE public.import_promises TO cirm_app;

-- Name: TABLE initiative_census; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE public.initiative_census TO cirm_app;

-- Name: TABLE initiative_history; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE public.initiative_history TO cirm_app;

-- Name: TABLE initiatives; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.initiatives TO cirm_app;

-- Name: TABLE insight_history; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.insight_history TO cirm_app;

-- Name: TABLE insight_measures; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.insight_measures TO cirm_app;

-- Name: TABLE insights; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.insights TO cirm_app;

-- Name: TABLE interests; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.interests TO cirm_app;

-- Name: TABLE list_sightings; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.list_sightings TO cirm_app;

-- Name: TABLE mailbox_messages; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.mailbox_messages TO cirm_app;

-- Name: TABLE mandate_codes; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.mandate_codes TO cirm_app;

-- Name: TABLE mandates; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.mandates TO cirm_app;

-- Name: TABLE messages; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.messages TO cirm_app;

-- Name: TABLE moderation_rules; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.moderation_rules TO cirm_app;

-- Name: TABLE notice_recipients; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.notice_recipients TO cirm_app;

-- Name: TABLE notice_sendings; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.notice_sendings TO cirm_app;

-- Name: COLUMN notice_sendings.agency_id; Type: ACL; Schema: public; Owner: -

GRANT SELECT(agency_id) ON TABLE public.notice_sendings TO cirm_router;

-- Name: COLUMN notice_sendings.over_at; Type: ACL; Schema: public; Owner: -

GRANT SELECT(over_at) ON TABLE public.notice_sendings TO cirm_router;

-- Name: TABLE open311_requests; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE public.open311_requests TO cirm_app;

-- Name: TABLE open311_settings; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.open311_settings TO cirm_app;

-- Name: TABLE open311_told; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.open311_told TO cirm_app;

-- Name: TABLE open311_updates; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.open311_updates TO cirm_app;

-- Name: TABLE operation_rejections; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.operation_rejections TO cirm_app;

-- Name: TABLE operations; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.operations TO cirm_app;

-- Name: TABLE opposed_demands; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.opposed_demands TO cirm_app;

-- Name: TABLE organisation_members; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.organisation_members TO cirm_app;

-- Name: TABLE organisation_support; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.organisation_support TO cirm_app;

-- Name: TABLE organisations; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.organisations TO cirm_app;

-- Name: TABLE outbox; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.outbox TO cirm_app;

-- Name: COLUMN outbox.agency_id; Type: ACL; Schema: public; Owner: -

GRANT SELECT(agency_id) ON TABLE public.outbox TO cirm_router;

-- Name: COLUMN outbox.id; Type: ACL; Schema: public; Owner: -

GRANT SELECT(id) ON TABLE public.outbox TO cirm_router;

-- Name: COLUMN outbox.created_at; Type: ACL; Schema: public; Owner: -

GRANT SELECT(created_at) ON TABLE public.outbox TO cirm_router;

-- Name: COLUMN outbox.done_at; Type: ACL; Schema: public; Owner: -

GRANT SELECT(done_at) ON TABLE public.outbox TO cirm_router;

-- Name: TABLE outbox_heads; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.outbox_heads TO cirm_app;

-- Name: TABLE paper_entries; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.paper_entries TO cirm_app;

-- Name: TABLE partner_cases; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.partner_cases TO cirm_app;

-- Name: TABLE partner_deliveries; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.partner_deliveries TO cirm_app;

-- Name: COLUMN partner_deliveries.agency_id; Type: ACL; Schema: public; Owner: -

GRANT SELECT(agency_id) ON TABLE public.partner_deliveries TO cirm_router;

-- Name: COLUMN partner_deliveries.partner_id; Type: ACL; Schema: public; Owner: -

GRANT SELECT(partner_id) ON TABLE public.partner_deliveries TO cirm_router;

-- Name: COLUMN partner_deliveries.state; Type: ACL; Schema: public; Owner: -

GRANT SELECT(state) ON TABLE public.partner_deliveries TO cirm_router;

-- Name: COLUMN partner_deliveries.next_at; Type: ACL; Schema: public; Owner: -

GRANT SELECT(next_at) ON TABLE public.partner_deliveries TO cirm_router;

-- Name: TABLE partner_updates; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE public.partner_updates TO cirm_app;

-- Name: TABLE partners; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.partners TO cirm_app;

-- Name: COLUMN partners.agency_id; Type: ACL; Schema: public; Owner: -

GRANT SELECT(agency_id) ON TABLE public.partners TO cirm_router;

-- Name: COLUMN partners.id; Type: ACL; Schema: public; Owner: -

GRANT SELECT(id) ON TABLE public.partners TO cirm_router;

-- Name: COLUMN partners.state; Type: ACL; Schema: public; Owner: -

GRANT SELECT(state) ON TABLE public.partners TO cirm_router;

-- Name: COLUMN partners.fetches; Type: ACL; Schema: public; Owner: -

GRANT SELECT(fetches) ON TABLE public.partners TO cirm_router;

-- Name: COLUMN partners.blocked_until; Type: ACL; Schema: public; Owner: -

GRANT SELECT(blocked_until) ON TABLE public.partners TO cirm_router;

-- Name: COLUMN partners.fetch_due_at; Type: ACL; Schema: public; Owner: -

GRANT SELECT(fetch_due_at) ON TABLE public.partners TO cirm_router;

-- Name: TABLE recoveries; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.recoveries TO cirm_app;

-- Name: TABLE remarks; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.remarks TO cirm_app;

-- Name: TABLE removals; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.removals TO cirm_app;

-- Name: TABLE report_books; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.report_books TO cirm_app;

-- Name: TABLE report_grains; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.report_grains TO cirm_app;

-- Name: TABLE report_mailings; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.report_mailings TO cirm_app;

-- Name: TABLE report_months; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.report_months TO cirm_app;

-- Name: TABLE report_pages; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.report_pages TO cirm_app;

-- Name: TABLE report_subscriptions; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.report_subscriptions TO cirm_app;

-- Name: TABLE retention_rules; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.retention_rules TO cirm_app;

-- Name: TABLE scarcity_rules; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.scarcity_rules TO cirm_app;

-- Name: TABLE scarcity_simulations; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.scarcity_simulations TO cirm_app;

-- Name: TABLE search_documents; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE public.search_documents TO cirm_app;

-- Name: TABLE search_spellings; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.search_spellings TO cirm_app;

-- Name: TABLE search_words; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE public.search_words TO cirm_app;

-- Name: TABLE segment_advice; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE public.segment_advice TO cirm_app;

-- Name: TABLE segment_changes; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE public.segment_changes TO cirm_app;

-- Name: COLUMN segment_changes.agency_id; Type: ACL; Schema: public; Owner: -

GRANT SELECT(agency_id) ON TABLE public.segment_changes TO cirm_router;

-- Name: TABLE segment_evaluations; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.segment_evaluations TO cirm_app;

-- Name: TABLE segment_members; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.segment_members TO cirm_app;

-- Name: TABLE segment_offers; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.segment_offers TO cirm_app;

-- Name: TABLE segment_snapshots; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.segment_snapshots TO cirm_app;

-- Name: TABLE segment_tellings; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.segment_tellings TO cirm_app;

-- Name: TABLE segments; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.segments TO cirm_app;

-- Name: COLUMN segments.agency_id; Type: ACL; Schema: public; Owner: -

GRANT SELECT(agency_id) ON TABLE public.segments TO cirm_router;

-- Name: COLUMN segments.pending; Type: ACL; Schema: public; Owner: -

GRANT SELECT(pending) ON TABLE public.segments TO cirm_router;

-- Name: TABLE service_designs; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.service_designs TO cirm_app;

-- Name: TABLE service_floors; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.service_floors TO cirm_app;

-- Name: TABLE service_rating_editions; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.service_rating_editions TO cirm_app;

-- Name: TABLE service_ratings; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.service_ratings TO cirm_app;

-- Name: TABLE service_versions; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.service_versions TO cirm_app;

-- Name: TABLE services; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.services TO cirm_app;

-- Name: TABLE signing_keys; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE public.signing_keys TO cirm_platform;

-- Name: TABLE support_requests; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.support_requests TO cirm_app;

-- Name: TABLE survey_code_editions; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.survey_code_editions TO cirm_app;

-- Name: TABLE survey_coded_texts; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.survey_coded_texts TO cirm_app;

-- Name: TABLE survey_codes; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.survey_codes TO cirm_app;

-- Name: TABLE survey_counts; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE public.survey_counts TO cirm_app;

-- Name: TABLE survey_editions; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.survey_editions TO cirm_app;

-- Name: TABLE survey_inbox; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.survey_inbox TO cirm_app;

-- Name: COLUMN survey_inbox.agency_id; Type: ACL; Schema: public; Owner: -

GRANT SELECT(agency_id) ON TABLE public.survey_inbox TO cirm_router;

-- Name: TABLE survey_invitations; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.survey_invitations TO cirm_app;

-- Name: TABLE survey_links; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.survey_links TO cirm_app;

-- Name: TABLE survey_margins; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.survey_margins TO cirm_app;

-- Name: TABLE survey_publications; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.survey_publications TO cirm_app;

-- Name: TABLE survey_register; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE public.survey_register TO cirm_app;

-- Name: TABLE survey_responses; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE public.survey_responses TO cirm_app;

-- Name: TABLE survey_results; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE public.survey_results TO cirm_app;

-- Name: TABLE survey_strata; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.survey_strata TO cirm_app;

-- Name: TABLE survey_waves; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.survey_waves TO cirm_app;

-- Name: COLUMN survey_waves.agency_id; Type: ACL; Schema: public; Owner: -

GRANT SELECT(agency_id) ON TABLE public.survey_waves TO cirm_router;

-- Name: COLUMN survey_waves.closes_at; Type: ACL; Schema: public; Owner: -

GRANT SELECT(closes_at) ON TABLE public.survey_waves TO cirm_router;

-- Name: COLUMN survey_waves.closed_at; Type: ACL; Schema: public; Owner: -

GRANT SELECT(closed_at) ON TABLE public.survey_waves TO cirm_router;

-- Name: TABLE surveys; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.surveys TO cirm_app;

-- Name: TABLE task_confirmations; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.task_confirmations TO cirm_app;

-- Name: TABLE task_pictures; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.task_pictures TO cirm_app;

-- Name: COLUMN task_pictures.name; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(name) ON TABLE public.task_pictures TO cirm_app;

-- Name: COLUMN task_pictures.sha256; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(sha256) ON TABLE public.task_pictures TO cirm_app;

-- Name: COLUMN task_pictures.removed_at; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(removed_at) ON TABLE public.task_pictures TO cirm_app;

-- Name: TABLE task_pledges; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.task_pledges TO cirm_app;

-- Name: TABLE task_posts; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.task_posts TO cirm_app;

-- Name: TABLE tasks; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.tasks TO cirm_app;

-- Name: TABLE topic_supporters; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.topic_supporters TO cirm_app;

-- Name: TABLE topics; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.topics TO cirm_app;

-- Name: TABLE unit_members; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.unit_members TO cirm_app;

-- Name: TABLE units; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE public.units TO cirm_app;

-- Name: TABLE webhook_deliveries; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhook_deliveries TO cirm_app;

-- Name: COLUMN webhook_deliveries.agency_id; Type: ACL; Schema: public; Owner: -

GRANT SELECT(agency_id) ON TABLE public.webhook_deliveries TO cirm_router;

-- Name: COLUMN webhook_deliveries.webhook_id; Type: ACL; Schema: public; Owner: -

GRANT SELECT(webhook_id) ON TABLE public.webhook_deliveries TO cirm_router;

-- Name: COLUMN webhook_deliveries.state; Type: ACL; Schema: public; Owner: -

GRANT SELECT(state) ON TABLE public.webhook_deliveries TO cirm_router;

-- Name: COLUMN webhook_deliveries.next_at; Type: ACL; Schema: public; Owner: -

GRANT SELECT(next_at) ON TABLE public.webhook_deliveries TO cirm_router;

-- Name: TABLE webhooks; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhooks TO cirm_app;

-- Name: COLUMN webhooks.agency_id; Type: ACL; Schema: public; Owner: -

GRANT SELECT(agency_id) ON TABLE public.webhooks TO cirm_router;

-- Name: COLUMN webhooks.id; Type: ACL; Schema: public; Owner: -

GRANT SELECT(id) ON TABLE public.webhooks TO cirm_router;

-- Name: COLUMN webhooks.state; Type: ACL; Schema: public; Owner: -

GRANT SELECT(state) ON TABLE public.webhooks TO cirm_router;

-- Name: COLUMN webhooks.blocked_until; Type: ACL; Schema: public; Owner: -

GRANT SELECT(blocked_until) ON TABLE public.webhooks TO cirm_router;

-- PostgreSQL database dump complete
