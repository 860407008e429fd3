//! What this product does with personal data, activity by activity: the lines of the record of
//! processing (UK GDPR, article 30). The person who answers for the installation confirms the
//! legal basis and the terms, which are those of the retention schedule.

use access::{Zone, retention};
use foundation::App;

/// One activity.
#[derive(Clone, Copy, Debug)]
pub(super) struct Activity {
    /// Its name.
    pub(super) name: &'static str,
    /// What for.
    pub(super) purpose: &'static str,
    /// The legal basis that is usual for it.
    pub(super) basis: &'static str,
    /// Whose data.
    pub(super) people: &'static str,
    /// Which data.
    pub(super) data: &'static str,
    /// In which zones the records are.
    pub(super) zones: &'static [Zone],
    /// The tables in which it is kept.
    pub(super) tables: &'static [&'static str],
    /// Counts the records held now.
    pub(super) count: &'static str,
}

impl Activity {
    /// How long, as the retention schedule has it for the activity's tables.
    pub(super) fn kept(&self, app: &App) -> String {
        let lines: Vec<String> = retention::schedule(app)
            .filter(|line| line.tables().iter().any(|table| self.tables.contains(table)))
            .map(|line| format!("{}: {}.", line.what, line.term()))
            .collect();
        lines.join(" ")
    }
}

const PUBLIC_TASK: &str = "Public task (article 6(1)(e)) for maintained schools, academies and \
    authorities; legitimate interests (6(1)(f)) for other partners";

/// Tables that hold nothing about a person, and why.
pub(super) const NOT_ABOUT_PEOPLE: &[(&str, &str)] = &[
    ("data_share", "agreements between organisations; who signed is in the record of acts"),
    ("partnership", "names of partnerships"),
    ("partnership_member", "which organisation belongs to which"),
    ("schema_step", "which steps made the tables"),
    ("setting", "facts about this installation"),
];

/// Every activity, in the order in which people meet them.
pub(super) const ACTIVITIES: &[Activity] = &[
    Activity {
        name: "Accounts, posts and sessions",
        purpose: "So that each person sees and does what their post allows, and nobody else does.",
        basis: PUBLIC_TASK,
        people: "Staff, governors, system leaders, officers and partners who have an account",
        data: "Name, work e-mail address, posts with dates, sessions with the name of the browser; \
               password, codes and links only as one-way codes or sealed",
        zones: &[Zone::Own, Zone::System],
        tables: &[
            "account",
            "post",
            "session",
            "sign_in_link",
            "act_link",
            "recovery_code",
            "passkey",
            "provider_identity",
            "suggested_post",
            "way_in",
            "join_request",
            "spent_challenge",
            "rate_limit",
        ],
        count: "SELECT count(*) AS n FROM account WHERE closed_at IS NULL",
    },
    Activity {
        name: "Letters",
        purpose: "To invite people, let them in and tell them what waits for them.",
        basis: PUBLIC_TASK,
        people: "People with an account, and people who were sent a link to one act",
        data: "E-mail address, subject; the text until the letter is sent",
        zones: &[Zone::System],
        tables: &["letter", "job"],
        count: "SELECT count(*) AS n FROM letter",
    },
    Activity {
        name: "The record of acts",
        purpose: "So that what was agreed and done can be shown and cannot be denied or changed.",
        basis: PUBLIC_TASK,
        people: "Everybody who did something here",
        data: "Name, organisation, act, record, time and, where asked, the reason; never private text",
        zones: &[Zone::Parties, Zone::School, Zone::System],
        tables: &["event", "event_tail"],
        count: "SELECT count(*) AS n FROM event",
    },
    Activity {
        name: "The access log",
        purpose: "So that a school sees who looked at its private records, and when.",
        basis: PUBLIC_TASK,
        people: "Everybody who looks at records of a school, a broker, a pair or the installation",
        data: "Name, organisation, record, day, number of looks, rule, reason behind broken glass",
        zones: &[Zone::School, Zone::Broker, Zone::System],
        tables: &["look", "broken_glass"],
        count: "SELECT count(*) AS n FROM look",
    },
    Activity {
        name: "Needs audits",
        purpose: "So that a school knows and can say what it does well and what it needs.",
        basis: PUBLIC_TASK,
        people: "Leaders and staff who write a section",
        data: "Who leads and who writes which section; findings about the school, never about a \
               single pupil",
        zones: &[Zone::School],
        tables: &[
            "audit",
            "audit_section",
            "audit_evidence",
            "finding",
            "improvement_stage",
            "tier_decision",
        ],
        count: "SELECT count(*) AS n FROM audit",
    },
    Activity {
        name: "Requests, proposals and offers",
        purpose: "To bring together those who need help and those who can give it.",
        basis: PUBLIC_TASK,
        people: "Heads, brokers, system leaders",
        data: "Who asked, who was proposed, what both said, with reasons; whether a new head wanted a \
               mentor",
        zones: &[Zone::School, Zone::Parties, Zone::Broker, Zone::Network],
        tables: &[
            "support_request",
            "request_shortlist",
            "match_proposal",
            "offer",
            "commitment",
            "mentor_wish",
        ],
        count: "SELECT count(*) AS n FROM support_request",
    },
    Activity {
        name: "The pool of system leaders",
        purpose: "To know who can help with what, when, and that they are released and current.",
        basis: PUBLIC_TASK,
        people: "System leaders",
        data: "Name, home school, role, specialisms, availability, review dates, training, the code \
               of conduct they accepted",
        zones: &[Zone::Network],
        tables: &[
            "designation",
            "home_school",
            "own_specialism",
            "leader_goal",
            "availability",
            "home_guard",
            "judgement",
            "training",
            "conduct_acceptance",
        ],
        count: "SELECT count(*) AS n FROM designation",
    },
    Activity {
        name: "Declarations of interest",
        purpose: "So that nobody is supported, or chosen, for the wrong reason.",
        basis: PUBLIC_TASK,
        people: "People on either side of a proposed match",
        data: "Kinds of interest, words about them, what was decided",
        zones: &[Zone::Broker, Zone::Parties],
        tables: &["declaration", "diligence"],
        count: "SELECT count(*) AS n FROM declaration",
    },
    Activity {
        name: "Agreements, milestones, reviews, time and money",
        purpose: "To run support as agreed and to show what became of it in both schools.",
        basis: PUBLIC_TASK,
        people: "Heads, chairs, the team, the broker",
        data: "Names in the team, signatures with time (of a head without an account, the address the \
               letter went to), half-days given, reviews, feedback",
        zones: &[Zone::Parties],
        tables: &[
            "agreement",
            "results_told",
            "agreement_person",
            "agreement_version",
            "assignment",
            "assignment_agreement",
            "agreement_signature",
            "baseline",
            "milestone",
            "progress_review",
            "exit_plan",
            "advice_report",
            "capacity_gain",
            "taken_home",
            "feedback",
            "sustainability_check",
            "time_entry",
            "time_session",
            "charge",
            "home_floor",
            "staffing_floor",
            "risk",
            "concern",
            "concern_step",
            "board_told",
        ],
        count: "SELECT count(*) AS n FROM agreement",
    },
    Activity {
        name: "How somebody leads in another school",
        purpose: "So that whoever helps another school learns how they are seen there, if they ask.",
        basis: PUBLIC_TASK,
        people: "Those who lead beyond their school and ask; the head who answers",
        data: "Six behaviours and how often, with an example, as both see it; read by the one who asked \
               alone",
        zones: &[Zone::Own, Zone::School],
        tables: &["leading_view", "leading_said"],
        count: "SELECT count(*) AS n FROM leading_view",
    },
    Activity {
        name: "What a body says to those who decide",
        purpose: "To write down what was said, on which evidence, and what came of it.",
        basis: PUBLIC_TASK,
        people: "Nobody by name; whoever writes stands in the record of acts",
        data: "The matter, what is said, the records it rests on, the answer",
        zones: &[Zone::School],
        tables: &["influence_item", "influence_evidence"],
        count: "SELECT count(*) AS n FROM influence_item",
    },
    Activity {
        name: "Improvement plans",
        purpose: "So that a school decides what it works at, who does what, and what came of it.",
        basis: PUBLIC_TASK,
        people: "Leaders and staff who own an action; people outside who were sent a link to answer \
                 for one",
        data: "Who owns which action, by when, what they said of it, reminders sent; e-mail address \
               of people without an account; never about a single pupil",
        zones: &[Zone::School, Zone::Parties],
        tables: &[
            "improvement_plan",
            "plan_priority",
            "plan_objective",
            "objective_agreement",
            "objective_finding",
            "objective_practice",
            "objective_evidence",
            "plan_action",
            "action_note",
            "action_step",
            "plan_reminder",
            "plan_milestone",
            "plan_trial",
            "inquiry_stage",
            "plan_suggestion",
            "plan_review",
            "plan_version",
        ],
        count: "SELECT count(*) AS n FROM improvement_plan",
    },
    Activity {
        name: "What partnerships agree on",
        purpose: "To write down what a partnership is for and what its members want to reach together.",
        basis: PUBLIC_TASK,
        people: "Those who write and accept the charter, and who say how a goal goes",
        data: "Who wrote and who accepted which version for which member; words about shared goals",
        zones: &[Zone::Network],
        tables: &["charter", "charter_acceptance", "shared_goal", "shared_goal_note"],
        count: "SELECT count(*) AS n FROM charter",
    },
    Activity {
        name: "How members find their partnership, and thanks",
        purpose: "To see whether members feel at home, and to say what was good.",
        basis: PUBLIC_TASK,
        people: "Whoever is of a member and answers or thanks",
        data: "Counts of answers; who has answered, without the answer, until the questions close; \
               thanks with their author",
        zones: &[Zone::Network],
        tables: &["pulse", "pulse_reply", "pulse_count", "thanks"],
        count: "SELECT (SELECT count(*) FROM pulse) + (SELECT count(*) FROM thanks) AS n",
    },
    Activity {
        name: "Visits and their notes",
        purpose: "To arrange visits, write down what was seen, and let the school correct it.",
        basis: PUBLIC_TASK,
        people: "Those who visit, and those who are visited",
        data: "Who visits whom and when, half-days, the note with its corrections and remarks; never \
               a safeguarding record, never about a single pupil",
        zones: &[Zone::Parties],
        tables: &["visit", "visit_slot", "visit_note", "visit_remark", "visit_step"],
        count: "SELECT count(*) AS n FROM visit",
    },
    Activity {
        name: "Notes on the visitor’s own device",
        purpose: "So that a note can be written where there is no connection.",
        basis: PUBLIC_TASK,
        people: "Those who visit",
        data: "The draft of the note, in the browser of its writer, until it has reached the server, which \
               removes every word of it from the device. A draft that is never sent stays in that \
               browser until its writer opens it again or clears the browser’s data",
        zones: &[Zone::Own],
        tables: &["visit_note"],
        count: "SELECT count(*) AS n FROM visit_note WHERE hash IS NULL",
    },
    Activity {
        name: "Challenge between schools, joint practice, judging together and commissioned reviews",
        purpose: "To ask each other hard questions fairly, and to act on the answers.",
        basis: PUBLIC_TASK,
        people: "Heads, trust leaders, officers, reviewers",
        data: "Who asked what and who answered, by when; who judged what with which rubric; who reviews \
               whom on which terms",
        zones: &[Zone::Parties, Zone::School, Zone::Network, Zone::Public],
        tables: &[
            "challenge",
            "challenge_reply",
            "joint_cycle",
            "joint_school",
            "moderation",
            "moderation_judgement",
            "moderation_agreed",
            "commission",
        ],
        count: "SELECT (SELECT count(*) FROM challenge) + (SELECT count(*) FROM joint_cycle)
                + (SELECT count(*) FROM moderation) + (SELECT count(*) FROM commission) AS n",
    },
    Activity {
        name: "Practices and who uses them",
        purpose: "So that what works in one school is found, checked, asked for and tried in others.",
        basis: PUBLIC_TASK,
        people: "Those who write a practice down, check it, use it or ask to see it",
        data: "Name of the writer; who checked, uses or asks, for which school and when; never about \
               a single pupil",
        zones: &[Zone::Public, Zone::Network, Zone::School],
        tables: &[
            "practice",
            "practice_version",
            "practice_check",
            "adoption",
            "practice_ask",
            "case_study",
        ],
        count: "SELECT count(*) AS n FROM practice",
    },
    Activity {
        name: "Networks of colleagues",
        purpose: "So that those who do the same work in different schools meet and share.",
        basis: PUBLIC_TASK,
        people: "Those who join a network, and whoever convenes one",
        data: "Names and schools of members, who came to a meeting or could not, what was put on an \
               agenda, notes; who was suggested to whom",
        zones: &[Zone::Network],
        tables: &[
            "network",
            "network_member",
            "network_meeting",
            "network_item",
            "network_presence",
            "introduction",
        ],
        count: "SELECT count(*) AS n FROM network",
    },
    Activity {
        name: "Briefings, digests, reminders and calendars",
        purpose: "So that people know what waits for them and what is new in their partnership.",
        basis: PUBLIC_TASK,
        people: "Everybody with an account",
        data: "Who wrote a briefing, to whom it went, who has said that they read it; when a digest or \
               a reminder was sent; that somebody has a calendar address (its secret only as a \
               one-way code)",
        zones: &[Zone::Network, Zone::Own],
        tables: &[
            "briefing",
            "briefing_reader",
            "digest_wish",
            "digest_sent",
            "reminder_sent",
            "calendar_feed",
        ],
        count: "SELECT (SELECT count(*) FROM briefing) + (SELECT count(*) FROM digest_sent)
                + (SELECT count(*) FROM reminder_sent) + (SELECT count(*) FROM calendar_feed) AS n",
    },
    Activity {
        name: "Conversations of two people",
        purpose: "Coaching and mentoring in confidence.",
        basis: "Consent of the two people (article 6(1)(a)), or as their employers agreed",
        people: "The two people",
        data: "Texts, sealed so that nobody but the two can read them, the operator's database \
               included",
        zones: &[Zone::Pair],
        tables: &["coaching_pair", "coaching_session", "sealed_key", "key_salt"],
        count: "SELECT count(DISTINCT conversation) AS n FROM sealed_key",
    },
    Activity {
        name: "A journal of one's own",
        purpose: "To think in writing about one's own practice.",
        basis: "Consent of its author (article 6(1)(a))",
        people: "Its author",
        data: "Texts, sealed so that nobody but the author can read them",
        zones: &[Zone::Own],
        tables: &["journal_entry"],
        count: "SELECT count(*) AS n FROM journal_entry",
    },
    Activity {
        name: "Imports of public files",
        purpose: "To know who took which public file in, and to take it back.",
        basis: PUBLIC_TASK,
        people: "Operators of this installation",
        data: "Name of who sent, applied or took back a file, with the time",
        zones: &[Zone::System],
        tables: &[
            "import_batch",
            "import_file",
            "import_problem",
            "import_upload",
            "import_upload_part",
        ],
        count: "SELECT count(*) AS n FROM import_batch",
    },
    Activity {
        name: "Public registers and figures",
        purpose: "To know schools, their leaders' public names and their published results.",
        basis: "Public task; published under the Open Government Licence",
        people: "Heads named in public registers; sums over pupils, small numbers withheld",
        data: "Published facts only",
        zones: &[Zone::Public],
        tables: &[
            "school",
            "school_version",
            "school_line",
            "school_figures",
            "school_family",
            "school_listing",
            "school_link",
            "group_listing",
            "trust",
            "trust_member",
            "local_authority",
            "area_total",
            "inspection",
            "kpi_value",
            "postcode_listing",
            "search_name",
            "search_word",
            "search_gram",
            "search_term",
        ],
        count: "SELECT count(*) AS n FROM school",
    },
];
