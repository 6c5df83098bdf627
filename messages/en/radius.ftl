### What each component can take down: bellwether fleet radius.

radius-title = What each component takes down when it fails, of { $counted ->
    [domains] { $customers ->
        [one] 1 domain
       *[other] { $customers } domains
    } on { $servers ->
        [one] 1 server
       *[other] { $servers } servers
    }
   *[servers] { $servers ->
        [one] 1 server
       *[other] { $servers } servers
    }
}:
radius-column = { $column ->
    [share] share
    [domains] domains
    [servers] servers
   *[component] component
}
radius-component = { $name } ({ $kind })
radius-component-facets = { $name } ({ $kind }; only { $facets })
radius-more = { $count ->
    [one] One more takes down
   *[other] { $count } more take down
} at most { $share } each.
radius-fixed = No move of one server lowers { $names }.
radius-change = Moving { $server } from { $from } to { $to }{ $with } would lower the worst, { $worst }, most: from { $before } ({ $before_share }) to { $after } ({ $after_share }).
radius-with = {" "}(with { $names })
radius-no-change = No move of one server lowers the worst.
radius-cut-short = There were too many moves to look at them all; there may be a better one.
