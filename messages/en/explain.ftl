### The evidence and the hypotheses of a moment: bellwether explain.

explained-title = The evidence at { $time }
explained-blind = The vantage “{ $vantage }” is failing itself: nothing it measures counts.
explained-nothing-stands = Nothing is suspected.
explained-suspicion = Suspicion { $id }, raised at { $raised }: { $explanation }
explained-affected = { $server }
explained-healthy = { $server } (healthy)
explained-alternatives = It could also be { $list }.
explained-alternative = { $name } { $probability }
explained-member = { $id } ({ $kind })
explained-more = { $count } more

explained-total = Not yet suspected: as much evidence as chance alone brings once in { $evidence }. Staff get a heads-up from { $heads_up }, an alarm is raised from { $alarm }.
explained-long = more than 100 years
explained-classes = What could be at fault (score: how well it explains all by itself, with its rarity, against nothing at all; above 0 it is the likelier):
explained-suspected = { $names }, suspected
explained-weighed = { $names }
explained-targets = Probes with bad checks:
explained-reports = { $count ->
    [one] One report counts:
   *[other] { $count } reports count:
}
explained-published = A provider publishes an incident of { $component } (notice { $notice }). That counts: { $times } times likelier to be at fault than by its rarity, until { $until } unless the provider says more.
explained-chart = Bad checks by the minute since { $from } (·: none, █: all), then the people who reported:

explained-column = { $column ->
    [server] server
    [bad] bad
    [checks] checks
    [failed] failed
    [slow] slow
    [normal] normally
    [people] people
    [score] score
    [evidence] once in
    [servers] servers
    [probes] probes
    [probe] probe
   *[hypothesis] hypothesis
}
