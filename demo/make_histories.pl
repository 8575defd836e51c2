#!/usr/bin/env perl
# Writes demo/histories.ndjson: a year in the life of an imagined platform, as CloudEvents in the order in which
# they would arrive. Same output every time:
#   demo/make_histories.pl >demo/histories.ndjson
# Names are invented; telephone numbers come from ranges that regulators keep for fiction, mail and web
# addresses from example.com and example.org.
use strict;
use warnings;
use utf8;
use POSIX qw(strftime);

binmode STDOUT, ':encoding(UTF-8)';

use constant {MINUTE => 60, HOUR => 3600, DAY => 86400};
use constant START => 1_736_150_400;  # 2025-01-06T08:00:00Z
use constant UNTIL => START + 330 * DAY;

# A generator of its own: perl's may differ between builds.
my $seed = 20_250_106;
sub random { $seed = ($seed * 1_103_515_245 + 12_345) % 2_147_483_648; return $seed / 2_147_483_648 }
sub below { return int(random() * $_[0]) }
sub between { return $_[0] + below($_[1] - $_[0] + 1) }
sub chance { return random() < $_[0] }
sub pick { return $_[below(scalar @_)] }
sub weighted {  # (weight => value, …)
  my @pairs = @_;
  my $total = 0;
  for (my $i = 0; $i < @pairs; $i += 2) { $total += $pairs[$i] }
  my $at = random() * $total;
  for (my $i = 0; $i < @pairs; $i += 2) { return $pairs[$i + 1] if ($at -= $pairs[$i]) < 0 }
  return $pairs[-1];
}

# ---- people and places

my @english = ([qw(Olivia Amelia Jack Harry Priya Grace Samuel Chloe Marcus Naomi Theo Isaac)],
  ['Whitfield', 'Okafor', 'Hughes', "O'Brien", 'Marsh', 'Bennett', 'Khan', 'Ashworth', 'Llewellyn-Price', 'Doyle', 'Frost', 'Adeyemi']);
my @american = ([qw(Mia Ethan Ava Logan Sofia Mason Hannah Tyler Jasmine Dylan Renée Miguel)],
  ['Carter', 'Nguyen', 'Ramirez', 'Brooks', 'Patel', 'Sullivan', 'Washington', 'Kowalski', 'Nuñez', 'Fischer', 'de la Cruz', 'Yamada']);
my @german = ([qw(Jürgen Anke Lukas Mareike Sören Käthe Felix Jana Björn Annelie)],
  ['Müller', 'Groß', 'Schäfer', 'von Bülow', 'Köhler', 'Weiß', 'Lindner', 'Zöllner', 'Brandt', 'Krüger']);
my @french = ([qw(Chloé Élodie Anaïs Jérôme Benoît Camille Gaëlle Théo Margaux Noël)],
  ['Lefèvre', 'Dupré', "d'Aubigny", 'Garçon', 'Béranger', 'Moreau', 'Fontaine', 'Le Goff', 'Hébert', 'Rousseau']);
my @spanish = ([qw(Íñigo Lucía Álvaro Begoña Nicolás Inés Andrés Ximena)],
  ['García Márquez', 'Ibáñez', 'Peña', 'Muñoz', 'Castaño', 'Rodríguez', 'Sáez', 'Vélez']);
my @italian = ([qw(Niccolò Chiara Matteo Giulia Lorenzo Alessia)], ['Rossi', "D'Angelo", 'Bianchi', 'Forlì', 'Esposito', 'Greco']);
my @dutch = ([qw(Sanne Joost Fleur Daan Zoë Maarten)], ['van der Berg', 'de Vries', 'Jansen', "in 't Veld", 'Bakker', 'Smit']);
my @nordic = ([qw(Åsa Øyvind Linnéa Søren Astrid Håkon Freja Göran)],
  ['Ångström', 'Sørensen', 'Lindqvist', 'Bjørnstad', 'Håkansson', 'Nyström', 'Østergaard', 'Dahl']);
my @polish = ([qw(Łukasz Małgorzata Paweł Zuzanna Wojciech Agnieszka)], [qw(Wiśniewski Dąbrowska Zieliński Wójcik Nowak Kaźmierczak)]);
my @czech = ([qw(Jiří Tereza Ondřej Kateřina)], [qw(Dvořák Nováková Říha Svobodová)]);
my @portuguese = ([qw(João Beatriz Tomás Mafalda Gonçalo)], ['Gonçalves', 'Araújo', 'Simões', 'da Conceição', 'Magalhães']);
my @indian = ([qw(Ananya Rohan Kavya Arjun Meera Vikram)], [qw(Iyer Deshpande Chatterjee Reddy Nair Malhotra)]);
my @japanese = ([qw(Haruka Kenji Yui Takumi)], [qw(Tanaka Saitō Ōno Kobayashi)]);

my @places = (  # weight, country, regions, names, telephone pattern ('#' a digit) or none
  [34, 'US', ['US-CA'], \@american, '+1415555019#'], [20, 'US', [qw(US-NY US-TX US-WA US-IL US-MA)], \@american, '+1202555010#'],
  [26, 'GB', [qw(GB-ENG GB-SCT GB-WLS)], \@english, '+447700900###'], [26, 'DE', [qw(DE-BE DE-BY DE-HH DE-NW)], \@german, '+493023125###'],
  [20, 'FR', [qw(FR-IDF FR-ARA FR-BRE)], \@french, '+331990#####'], [12, 'ES', [qw(ES-MD ES-CT)], \@spanish, ''],
  [10, 'IT', [qw(IT-25 IT-62)], \@italian, ''], [10, 'NL', [qw(NL-NH NL-ZH)], \@dutch, ''],
  [10, 'SE', [], \@nordic, '+46701740###'], [5, 'NO', [], \@nordic, ''], [5, 'DK', [], \@nordic, ''],
  [8, 'PL', [], \@polish, ''], [4, 'CZ', [], \@czech, ''], [5, 'PT', [], \@portuguese, ''], [6, 'IE', [], \@english, '+35320910####'],
  [5, 'CH', ['CH-ZH'], \@german, ''], [4, 'AT', ['AT-9'], \@german, ''], [8, 'CA', [qw(CA-ON CA-BC)], \@american, '+1613555015#'],
  [8, 'AU', [qw(AU-NSW AU-VIC)], \@english, '+61255501###'], [9, 'IN', [qw(IN-KA IN-MH)], \@indian, ''],
  [6, 'BR', ['BR-SP'], \@portuguese, ''], [4, 'JP', ['JP-13'], \@japanese, ''],
);
sub any_place { return weighted(map { $_->[0] => $_ } @places) }

my @titles = ('Head of Operations', 'Founder', 'CTO', 'Marketing Lead', 'Account Executive', 'Office Manager', 'Chief of Staff',
  'Product Manager', 'Support Engineer', 'Geschäftsführerin', 'Directrice générale', 'Data Analyst', 'RevOps Manager');
my @industries = ('Consulting', 'Education', 'Financial Services', 'Manufacturing', 'Real Estate', 'Technology', 'Communications');
my @first_words = qw(Amber Birch Cobalt Delta Ember Fjord Granite Harbor Indigo Juniper Kestrel Lumen Meadow Nimbus Orchard Pebble
  Quartz Rowan Saffron Tundra Umber Verdant Willow Yarrow Zephyr Alder Basalt Cedar Drift Elm);
my @second_words = qw(Analytics Studio Logistics Foods Health Robotics Partners Media Works Systems Labs Travel Books Energy Legal);
my %suffix = (US => [', Inc.', ' LLC', ''], GB => [' Ltd', ''], DE => [' GmbH', ' AG'], FR => [' SARL', ' SAS'], ES => [' S.L.'],
  IT => [' S.r.l.'], NL => [' B.V.'], SE => [' AB'], NO => [' AS'], DK => [' A/S'], PL => [' Sp. z o.o.'], CZ => [' s.r.o.']);

my %plain = (
  'à' => 'a', 'á' => 'a', 'â' => 'a', 'ã' => 'a', 'ä' => 'ae', 'å' => 'a', 'æ' => 'ae', 'ą' => 'a', 'ç' => 'c', 'ć' => 'c', 'è' => 'e',
  'é' => 'e', 'ê' => 'e', 'ë' => 'e', 'ę' => 'e', 'ě' => 'e', 'ì' => 'i', 'í' => 'i', 'î' => 'i', 'ï' => 'i', 'ł' => 'l', 'ñ' => 'n', 'ń' => 'n',
  'ò' => 'o', 'ó' => 'o', 'ô' => 'o', 'õ' => 'o', 'ö' => 'oe', 'ø' => 'oe', 'ō' => 'o', 'ř' => 'r', 'ś' => 's', 'š' => 's', 'ß' => 'ss', 'ù' => 'u',
  'ú' => 'u', 'ü' => 'ue', 'ý' => 'y', 'ź' => 'z', 'ż' => 'z', 'ž' => 'z', 'á' => 'a', 'ă' => 'a', 'ď' => 'd', 'ť' => 't', 'ů' => 'u');
sub slug {
  my $text = lc $_[0];
  $text = join '', map { $plain{$_} // $_ } split //, $text;
  $text =~ s/[^a-z0-9]+/-/g;
  $text =~ s/^-|-$//g;
  return $text;
}
sub digits { my ($pattern) = @_; $pattern =~ s/#/below(10)/ge; return $pattern }

# ---- events

my (@events, %last_time);
my $counter = 0;

# JSON with members in the order given: a list of name and value. Values: text, \number, undef, [list] or {…} as such a list.
sub quoted { my ($text) = @_; $text =~ s/(["\\])/\\$1/g; return "\"$text\"" }
sub object {
  my @members = @_;
  my @out;
  while (@members) {
    my ($name, $value) = splice @members, 0, 2;
    push @out, quoted($name) . ':' . (
      !defined $value ? 'null'
      : ref $value eq 'SCALAR' ? $$value
      : ref $value eq 'ARRAY' ? '[' . join(',', map { quoted($_) } @$value) . ']'
      : ref $value eq 'HASH' ? object(@{$value->{members}})
      : quoted($value));
  }
  return '{' . join(',', @out) . '}';
}
sub nested { return {members => [@_]} }

sub written {  # a time as different senders write it
  my ($time) = @_;
  my $style = below(10);
  return strftime('%Y-%m-%dT%H:%M:%S', gmtime $time) . sprintf('.%03dZ', below(1000)) if $style < 3;
  return strftime('%Y-%m-%dT%H:%M:%S+02:00', gmtime($time + 2 * HOUR)) if $style == 3;
  return strftime('%Y-%m-%dT%H:%M:%SZ', gmtime $time);
}
sub day { return strftime('%Y-%m-%d', gmtime $_[0]) }

# Later facts of one thing carry later times, at least a minute apart, so that the truth is never a matter of ties.
sub emit {
  my ($time, $subject, $type, $data, %how) = @_;
  $time = $last_time{$subject} + MINUTE + below(600) if defined $last_time{$subject} && $time < $last_time{$subject} + MINUTE;
  $last_time{$subject} = $time;
  my $source = $type =~ /^subscription/ ? '/platform/billing' : $type =~ /^account/ ? '/platform/accounts' : '/platform/identity';
  my $line = object(specversion => '1.0', id => sprintf('evt-%05d', ++$counter), source => $source, type => $type, time => written($time),
    subject => $subject, datacontenttype => 'application/json', data => nested(@$data));
  my $arrives = $time + below(20);
  $arrives += $how{delay} // (chance(0.03) ? between(6 * HOUR, 21 * DAY) : 0);  # some queues are slow
  push @events, [$arrives, $counter, $line];
  push @events, [$arrives + between(30, 3 * DAY), $counter, $line] if chance(0.035);  # a sender that saw no answer sends again
  return $time;
}

# ---- accounts and their people

my (%mail_taken, %phone_taken);
my $user_count = 0;

sub new_user {
  my ($place, $domain) = @_;
  my (undef, $country, $regions, $names, $pattern) = @$place;
  my ($first, $last) = (pick(@{$names->[0]}), pick(@{$names->[1]}));
  my $local = slug($first) . '.' . slug($last);
  my $mail = "$local\@$domain";
  for (my $n = 2; $mail_taken{$mail}++; $n++) { $mail = "$local$n\@$domain" }
  my $phone = '';
  if ($pattern ne '' && chance(0.75)) {
    $phone = digits($pattern);
    $phone = '' if $phone_taken{$phone}++;
  }
  return {id => sprintf('usr_%04d', ++$user_count), first => $first, last => $last, mail => $mail, phone => $phone, country => $country,
    region => (@$regions ? pick(@$regions) : ''), title => (chance(0.6) ? pick(@titles) : ''),
    source => weighted(55 => 'website', 25 => 'referral', 20 => 'whatsapp')};
}

sub user_members {
  my ($user) = @_;
  my @members = (id => $user->{id}, email => $user->{mail});
  push @members, first_name => $user->{first} unless chance(0.04);
  push @members, last_name => $user->{last} unless chance(0.04);
  push @members, phone => $user->{phone} if $user->{phone} ne '';
  push @members, title => $user->{title} if $user->{title} ne '';
  # A region says its country too: some senders leave the country out.
  push @members, country => $user->{country} unless $user->{region} ne '' && chance(0.15);
  push @members, region => $user->{region} if $user->{region} ne '';
  push @members, source => $user->{source};
  push @members, compliance => ['gdpr'] if $user->{country} eq 'BR' && chance(0.5);
  push @members, compliance => [] if $user->{country} eq 'CH' && chance(0.3);
  push @members, attributes => nested(locale => lc $user->{country}, newsletter => \(chance(0.5) ? 'true' : 'false')) if chance(0.1);
  return @members;
}

sub account_members {
  my ($account) = @_;
  my @members = (id => $account->{id}, name => $account->{name});
  push @members, website => "https://$account->{domain}" if chance(0.8);
  push @members, industry => pick(@industries) if chance(0.6);
  push @members, employees => \between(2, 900) if chance(0.6);
  push @members, country => $account->{place}[1];
  return @members;
}

my %company_taken;
my $account_count = 0;
sub new_account {
  my ($place) = @_;
  my $name;
  do { $name = pick(@first_words) . ' ' . pick(@second_words) } while $company_taken{$name}++;
  my $domain = slug($name) . (chance(0.8) ? '.example.com' : '.example.org');
  $name .= pick(@{$suffix{$place->[1]} // ['']});
  return {id => sprintf('org_%03d', ++$account_count), name => $name, domain => $domain, place => $place};
}

sub profile_changes {
  my ($user, $since) = @_;
  while (chance(0.44)) {
    my $time = between($since + DAY, UNTIL);
    my @change = @{pick(
      [title => pick(@titles)], [title => undef], [last_name => $user->{last} . '-' . pick(@{$english[1]})], [phone => undef],
      [email => $user->{mail} =~ s/@/+crm@/r], [attributes => nested(seats => \between(1, 50))])};
    emit($time, $user->{id}, 'user.updated', [user => nested(id => $user->{id}, @change)]);
  }
}

sub sign_up {
  my ($user, $time, $account, $brings_account, %how) = @_;
  my @user = user_members($user);
  my @data;
  if ($account) {
    # Either way of naming the account is good: in the user, or beside it.
    push @user, account_id => $account->{id} unless $brings_account && chance(0.5);
    @data = (user => nested(@user), $brings_account ? (account => nested(account_members($account))) : ());
  } else {
    @data = (user => nested(@user));
  }
  return emit($time, $user->{id}, 'user.signed_up', \@data, %how);
}

# ---- subscriptions

my %price = (base => 19, plus => 49, pro => 129);
my $subscription_count = 0;
sub amount { my ($plan, $interval) = @_; return sprintf '%.2f', $price{$plan} * ($interval eq 'year' ? 10 : 1) }
sub period { return $_[0] eq 'year' ? 365 * DAY : 30 * DAY }

sub subscribe {
  my ($user, $account, $time, $plot, $plan) = @_;
  my $id = sprintf 'sub_%04d', ++$subscription_count;
  my $interval = chance(0.2) ? 'year' : 'month';
  $plan //= weighted(55 => 'base', 30 => 'plus', 15 => 'pro');
  my $tell = sub {
    my ($at, $what, @more) = @_;
    return if $at > UNTIL;
    return $time = emit($at, $id, "subscription.$what", [subscription => nested(id => $id, @more)]);
  };
  my @who = (user_id => $user->{id}, $account ? (account_id => $account->{id}) : ());
  my $paid = sub { return (plan => $plan, amount => amount($plan, $interval), currency => 'USD', interval => $interval) };
  my $next_period = sub { return current_period_end => day($_[0] + period($interval)) };

  if ($plot ne 'direct' && $plot ne 'returned') {
    my $trial_ends = $time + 14 * DAY;
    $tell->($time, 'trial_started', @who, plan => $plan, started_at => day($time), trial_ends_at => day($trial_ends)) // return $time;
    return $time if $plot eq 'trial';
    return $tell->($trial_ends, 'expired') // $time if $plot eq 'lapsed';
    if ($plot eq 'declined') {
      my $at = $time + between(1, 13) * DAY;
      return $tell->($at, 'canceled', canceled_at => day($at), cancel_reason => pick('not needed', 'too expensive', 'missing a feature')) // $time;
    }
    $time += between(3, 14) * DAY;
  }
  $tell->($time, 'activated', @who, $paid->(), started_at => day($time), $next_period->($time)) // return $time;
  renew($tell, \$time, $interval, $next_period, $plot =~ /^(kept|direct|returned)$/ ? between(4, 10) : between(0, 2));

  if ($plot eq 'upgraded') {
    for my $higher ($plan eq 'base' ? ('plus', 'pro') : ('pro')) {
      last if $plan ne 'base' && $plan eq $higher || $higher eq 'pro' && chance(0.5);
      $plan = $higher;
      $tell->($time + between(5, 50) * DAY, 'updated', $paid->()) // return $time;
      renew($tell, \$time, $interval, $next_period, between(0, 3));
    }
  } elsif ($plot eq 'downgraded') {
    $plan = 'base';
    $tell->($time + between(20, 60) * DAY, 'updated', $paid->());
  } elsif ($plot eq 'recovered' || $plot eq 'dunned') {
    my $at = $time + period('month');
    # Billing systems say it either way.
    (chance(0.6) ? $tell->($at, 'past_due') : $tell->($at, 'updated', status => 'past_due')) // return $time;
    if ($plot eq 'recovered') {
      $tell->($time + between(1, 9) * DAY, 'renewed', $next_period->($time)) // return $time;
      renew($tell, \$time, $interval, $next_period, between(1, 5));
    } else {
      $at = $time + between(14, 21) * DAY;
      $tell->($at, 'canceled', canceled_at => day($at), cancel_reason => 'payment failed');
    }
  } elsif ($plot eq 'churned') {
    my $at = $time + between(10, 80) * DAY;
    $tell->($at, 'canceled', canceled_at => day($at), cancel_reason => pick('switched vendor', 'budget', 'project ended', 'zu teuer', 'trop compliqué'));
  } elsif ($plot eq 'paused' || $plot eq 'resumed') {
    $tell->($time + between(10, 40) * DAY, 'paused') // return $time;
    $tell->($time + between(10, 40) * DAY, 'resumed') if $plot eq 'resumed';
  }
  return $time;
}

sub renew {
  my ($tell, $time, $interval, $next_period, $times) = @_;
  return if $interval eq 'year';
  for (1 .. $times) { $tell->($$time + period($interval), 'renewed', $next_period->($$time + period($interval))) // return }
}

sub any_plot {
  return weighted(14 => 'trial', 12 => 'lapsed', 6 => 'declined', 22 => 'kept', 16 => 'upgraded', 3 => 'downgraded', 8 => 'direct',
    9 => 'recovered', 7 => 'dunned', 10 => 'churned', 2 => 'paused', 4 => 'resumed', 4 => 'came back');
}

sub storyline {
  my ($user, $account, $time) = @_;
  my $plot = any_plot();
  if ($plot eq 'came back') {
    my $gone = subscribe($user, $account, $time, 'churned');
    my $again = $gone + between(20, 90) * DAY;
    subscribe($user, $account, $again, 'returned', pick('plus', 'pro')) if $again < UNTIL;
  } elsif ($plot eq 'trial') {
    # A running trial is a young one.
    subscribe($user, $account, between(UNTIL - 13 * DAY, UNTIL - DAY), $plot);
  } else {
    subscribe($user, $account, $time, $plot);
  }
}

# ---- the year

sub signup_time { my $days = int(300 * (1 - random()**1.5)); return START + $days * DAY + between(7 * HOUR, 19 * HOUR) }

for my $n (1 .. 170) {  # people on their own: a good third without an account of their own on the platform
  my $place = any_place();
  my $account = $n % 3 == 0 ? undef : new_account($place);
  my $user = new_user($place, $account ? $account->{domain} : pick('example.com', 'example.org'));
  my $time = signup_time();
  # Sometimes billing is quicker than identity: the subscription arrives before the person.
  my @how = $n % 14 == 0 ? (delay => between(2 * HOUR, 30 * HOUR)) : ();
  my $joined = sign_up($user, $time, $account, 1, @how);
  storyline($user, $account, $joined + between(2, 40) * MINUTE) unless chance(0.05);
  profile_changes($user, $joined);
  if ($account && chance(0.35)) {
    emit(between($joined + DAY, UNTIL), $account->{id}, 'account.updated',
      [account => nested(id => $account->{id}, employees => \between(2, 2000), industry => pick(@industries))]);
  }
}

my (@companies, @teams);
for my $n (1 .. 50) {  # companies that share an account
  my $place = any_place();
  my $account = new_account($place);
  my $time = signup_time();
  my @team;
  my $size = $n <= 10 ? 2 : $n <= 40 ? between(2, 3) : 3;
  $size = 300 - $user_count if $n == 50;
  die "no room for the last team" if $size < 2;
  for my $member (1 .. $size) {
    my $at_home = chance(0.8) ? $place : any_place();
    my $user = new_user($at_home, $account->{domain});
    my $joined = sign_up($user, $time, $account, $member == 1);
    $time = $joined + between(1, 9) * DAY;
    push @team, [$user, $joined];
  }
  my ($owner, $joined) = @{$team[0]};
  storyline($owner, $account, $joined + between(2, 40) * MINUTE);
  subscribe($owner, $account, $joined + between(30, 60) * DAY, 'direct', 'pro') if $n % 9 == 0 && $joined < UNTIL - 70 * DAY;
  profile_changes(@$_) for @team;
  if (chance(0.5)) {
    emit(between($joined + DAY, UNTIL), $account->{id}, 'account.updated',
      [account => nested(id => $account->{id}, name => $account->{name} =~ s/ /-/r, website => "https://www.$account->{domain}")]);
  }
  push @companies, $account;
  push @teams, \@team;
}

# People who change employers, and people who leave for good. The owner stays, so no account is left empty.
for my $n (0 .. 7) {
  my ($user) = @{$teams[$n * 5][-1]};
  my $to = $companies[$n * 5 + 3];
  emit(UNTIL - (40 - $n) * DAY, $user->{id}, 'user.updated',
    [user => nested(id => $user->{id}, account_id => $to->{id}, email => slug($user->{first}) . ".moved\@$to->{domain}")], delay => $n * HOUR);
}
for my $n (0 .. 3) {
  my ($user) = @{$teams[$n * 5 + 2][-1]};
  emit(UNTIL - (20 - $n) * DAY, $user->{id}, 'user.deleted', [user => nested(id => $user->{id})]);
  # A straggler that knows nothing of the deletion: it must change nothing.
  emit(UNTIL - DAY, $user->{id}, 'user.updated', [user => nested(id => $user->{id}, title => 'Ghost')]) if $n == 0;
}

print "$_->[2]\n" for sort { $a->[0] <=> $b->[0] || $a->[1] <=> $b->[1] } @events;
