"""Words that name no topic."""

STOP_WORDS = frozenset(
    (
        "a about above across actually after again against ago ah all alright almost"
        " already also although always am an and another any anybody anyone anything"
        " anyway are around as ask asked at away back basically be because been before"
        " being better between big bit both bring but by call called came can case"
        " cause certain certainly change come comes coming cool could couple course"
        " definitely did different do does doing done down during each eh either else"
        " enough er even ever every everybody everyone everything exactly example fact"
        " far few find fine first for from front full gave get gets getting give given"
        " go goes going gone good got great guess guy guys had half hand happen"
        " happens has have having he hear hello help her here hey hi him his hm hmm"
        " hope how huh i idea if important in instead into is it its itself just keep"
        " kind kinda knew know knows last later least left less let like little long"
        " longer look looking looks lot lots made make makes making many may maybe me"
        " mean means might mine mm mmm more most move much must my myself name need"
        " needs never new next nice no nobody none nope nor not nothing now of off"
        " often oh okay old on once one ones only or other others otherwise our out"
        " over own part particular people perhaps person place please point possible"
        " pretty probably put question quite rather read real really reason remember"
        " right said same saw say saying says second see seem seems seen send sense"
        " sent set several shall she should show side simple simply since small so"
        " some somebody somehow someone something sometimes somewhere soon sorry sort"
        " sound sounds start started still stop stuff such suppose sure take talk"
        " talking tell than thank thanks that the their them themselves then there"
        " these they thing things think thinking third this those though thought three"
        " through time times to today together told tomorrow tonight too took total"
        " tried true try trying turn two uh uhm um under understand until up upon us"
        " use used using usually various very wait want wanted wants was way ways we"
        " week well went were what whatever when where whether which while who whole"
        " whom whose why will wish with within without wonder work worked working"
        " works would wow write wrong yeah year years yep yes yesterday yet you your"
        " yours yourself zero 's am is are four five six seven eight nine ten hundred"
        " thousand million monday tuesday wednesday thursday friday saturday sunday"
        " morning afternoon evening minute minutes hour hours day days weeks month"
        " months agree finish finished book books hand hands leave might everything"
        " mhm uhhuh gonna wanna anymore close open run running easy hard word words"
    ).split()
)

NUMBER_WORDS = frozenset(
    "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"
    " thirty forty fifty sixty seventy eighty ninety half percent second"
    " seconds".split()
)
SPOKEN_SOUNDS = frozenset(
    "mm-hmm mm-hm uh-huh uh-hmm hmm-hmm ha huh mmm nnn eee ahh ooh ouch wow yup nah"
    " nope"
    " th sh wh ma ca wo".split()
)
"""Sounds, and words broken off."""
VAGUE_WORDS = frozenset(
    "able top main mind feel end easier interesting interested specific idea ideas"
    " basic add discuss discussed especially individual extra bottom found group final"
    " clear include special bigger difficult check obviously bad depends choose lost"
    " hold best terms supposed available option options buy save changing stay ready"
    " based separate easily decide decided actual straight current speak speaking"
    " break inside outside large high low consider along possibility learn complicated"
    " fit range double drop meeting meetings easiest nice sorry worth wrong fact"
    " mention mentioned worried ask asking answer answers question questions problem"
    " problems issue issues bit couple moment minute later stage stages step steps"
    " level order case cases example examples kind kinds type types version amount"
    " number numbers line lines side sides top work works working make makes play"
    " played plays begin begins began came comes run runs running happy sad glad ready"
    " relevant favourite favorite normal extra usual general possible likely probably"
    " similar certain whole entire own real true false short long tall wide deep small"
    " tiny huge old young hot cold full empty simple easy hard quick fast slow early"
    " late soon today evening morning night year summer winter spring thing things"
    " stuff lot lots way ways part parts people person man men woman women guy"
    " guys someone everybody agree sure fine great perfect wonderful lovely"
    " awesome".split()
)
"""Words that name no topic by themselves, though they may be part of one's name."""
