"""Verbs by what they say of a task."""

TASK_VERBS = frozenset(
    (
        "add adjust allocate analyse analyze announce apply approve archive arrange"
        " ask assemble assign attach audit back book bring build buy call cancel"
        " change chase check circulate clarify clean collect combine compare compile"
        " complete compose configure confirm consult contact convert coordinate copy"
        " correct create debug decorate define delegate delete deliver demonstrate"
        " deploy design develop digitise digitize discuss distribute document"
        " download draft edit email ensure enter escalate estimate evaluate explore"
        " export extend extract file fill finalise finalize find finish fix follow"
        " formulate forward gather generate grab hire identify implement import"
        " improve inform inspect install integrate interview investigate invite"
        " issue label launch list load log mail maintain manage map mark measure"
        " meet merge migrate monitor negotiate notify obtain optimise optimize order"
        " organise organize outline pack paint pay phone pick ping pitch plan polish"
        " post prepare print procure produce program promote propose provide publish"
        " purchase pursue read rearrange rebuild recalculate recommend reconcile"
        " record redesign redo reduce refactor refine register rehearse release"
        " remind remove renew rent repair replace reply report reproduce request"
        " rerun research reserve reset resolve restart restore resubmit retest"
        " return review revise revisit rewrite ring sample save scan schedule search"
        " secure select send set settle share ship shorten sign simplify sketch"
        " solve sort source speak split study submit summarise summarize supply"
        " survey switch sync tackle tag talk test tidy train transcribe transfer"
        " translate trim tweak type unpack update upgrade upload validate verify"
        " visit warn wrap write"
    ).split()
)
"""Verbs that name work with an end."""
WORD_VERBS = frozenset(
    (
        "be see know say think mean guess like love hope believe suppose assume"
        " agree admit bet imagine understand remember have want need seem feel hear"
        " mind wonder live just explain repeat point start begin move stop skip"
        " continue stay sit wait jump come show turn stick leave notice"
    ).split()
)
"""Verbs of thinking, saying and moving on in the talk itself."""
