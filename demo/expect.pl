#!/usr/bin/env perl
# Reads events (NDJSON, any order) and prints what the CRM must hold in the end: how many records, and how many of
# them carry each tag. Written from docs/events.md alone, without a line of the daemon's, so that the demo compares
# two readings of the same rules.
#   demo/expect.pl demo/histories.ndjson
use strict;
use warnings;
use JSON::PP ();

my $json = JSON::PP->new->utf8->canonical->pretty;
my %implied = (trial_started => 'trialing', activated => 'active', renewed => 'active', resumed => 'active', past_due => 'past_due',
  paused => 'paused', canceled => 'canceled', expired => 'expired');
my %paid = map { $_ => 1 } qw(active past_due paused);
my %tier = (base => 1, plus => 2, pro => 3);
my %european = map { $_ => 1 } qw(AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO GB CH);

# Days since 1970-01-01 of a date in the Gregorian calendar.
sub days {
  my ($year, $month, $day) = @_;
  $year-- if $month <= 2;
  my $era = int($year / 400);
  my $of_era = $year - $era * 400;
  my $of_year = int((153 * ($month + ($month > 2 ? -3 : 9)) + 2) / 5) + $day - 1;
  return $era * 146_097 + $of_era * 365 + int($of_era / 4) - int($of_era / 100) + $of_year - 719_468;
}

sub moment {  # RFC 3339 as a text that sorts
  my ($text) = @_;
  $text =~ /^(\d+)-(\d+)-(\d+)[Tt](\d+):(\d+):(\d+)(\.\d+)?([Zz]|([+-])(\d+):(\d+))$/ or die "expect: not a time: $text\n";
  my $seconds = days($1, $2, $3) * 86_400 + $4 * 3600 + $5 * 60 + $6;
  $seconds -= ($9 eq '-' ? -1 : 1) * ($10 * 3600 + $11 * 60) if defined $9;
  return sprintf '%012d%s', $seconds, $7 // '';
}

my (%things, %deleted, %ever_paid, %known);
sub fold {
  my ($kind, $fields, $stamp) = @_;
  my $registers = $things{$kind}{$fields->{id}} //= {};
  for my $name (keys %$fields) {
    my $register = $registers->{$name} //= ['', undef];
    @$register = ($stamp, $fields->{$name}) if $stamp gt $register->[0];
  }
}
sub value { my ($kind, $id, $name) = @_; my $register = $things{$kind}{$id}{$name}; return $register ? $register->[1] : undef }

my @events;
while (my $line = <>) {
  next unless $line =~ /\S/;
  my $event = JSON::PP::decode_json($line);
  push @events, [join("\0", moment($event->{time}), $event->{source}, $event->{id}), $event->{type}, $event->{data}];
}
for (@events) {
  my ($stamp, $type, $data) = @$_;
  next unless $type eq 'user.deleted';
  my $first = $deleted{$data->{user}{id}};
  $deleted{$data->{user}{id}} = $stamp if !defined $first || $stamp lt $first;
}
for (@events) {
  my ($stamp, $type, $data) = @$_;
  my ($subject, $what) = split /\./, $type;
  if ($subject eq 'user') {
    my $user = $data->{user};
    my $since = $deleted{$user->{id}};
    fold('account', $data->{account}, $stamp) if $data->{account};
    next if $what eq 'deleted' || defined $since && $stamp gt $since;
    $user->{country} = substr $user->{region}, 0, 2 if defined $user->{region} && !exists $user->{country};
    $user->{account_id} = $data->{account}{id} if $data->{account} && !exists $user->{account_id};
    fold('user', $user, $stamp);
    $known{$user->{id}} = 1;
  } elsif ($subject eq 'account') {
    fold('account', $data->{account}, $stamp);
  } else {
    my $subscription = $data->{subscription};
    $subscription->{status} = $implied{$what} if defined $implied{$what} && !exists $subscription->{status};
    $ever_paid{$subscription->{id}} = 1 if $paid{$subscription->{status} // ''};
    fold('subscription', $subscription, $stamp);
  }
}

sub account_of { my ($user) = @_; return value('user', $user, 'account_id') // $user }
sub compliance {
  my ($kind, $id) = @_;
  my $said = value($kind, $id, 'compliance');
  return map { $_ => 1 } @$said if $said;
  my %of;
  $of{gdpr} = 1 if $european{value($kind, $id, 'country') // ''};
  $of{ccpa} = 1 if (value($kind, $id, 'region') // '') eq 'US-CA';
  return %of;
}

my (%accounts, %tags);
$accounts{$_}{compliance} = {compliance('account', $_)} for keys %{$things{account}};
for my $user (keys %known) {
  my $account = $accounts{account_of($user)} //= {};
  my %of = compliance('user', $user);
  $account->{compliance}{$_} = 1 for keys %of;
}
my $deals = 0;
for my $id (keys %{$things{subscription}}) {
  my $status = value('subscription', $id, 'status') // '';
  $status = 'active' if $status eq 'trialing' && $ever_paid{$id};
  my $plan = value('subscription', $id, 'plan');
  my $user = value('subscription', $id, 'user_id');
  my $account = value('subscription', $id, 'account_id') // (defined $user && $known{$user} ? account_of($user) : undef);
  if ($ever_paid{$id}) {
    $deals++;
    $tags{Deals}{"plan-$plan"}++ if defined $plan;
  }
  next unless defined $account;
  my $of = $accounts{$account} //= {};
  $of->{active} = 1 if $paid{$status};
  $of->{ever_paid} = 1 if $ever_paid{$id};
  $of->{plan} = $plan if defined $plan && ($paid{$status} || $status eq 'trialing') && $tier{$plan} > ($of->{plan} ? $tier{$of->{plan}} : 0);
}

sub lifecycle { my ($account) = @_; return $account->{active} ? 'active' : $account->{ever_paid} ? 'churned' : 'trial' }
for my $account (values %accounts) {
  my $lifecycle = lifecycle($account);
  $tags{Accounts}{"lifecycle-$lifecycle"}++;
  $tags{Accounts}{"plan-$account->{plan}"}++ if $account->{plan} && $lifecycle ne 'churned';
  $tags{Accounts}{"compliance-$_"}++ for keys %{$account->{compliance} // {}};
}
for my $user (keys %known) {
  my $account = $accounts{account_of($user)};
  my $lifecycle = $deleted{$user} ? 'churned' : lifecycle($account);
  my $source = value('user', $user, 'source');
  my %of = compliance('user', $user);
  $tags{Contacts}{"lifecycle-$lifecycle"}++;
  $tags{Contacts}{"plan-$account->{plan}"}++ if $account->{plan} && $lifecycle ne 'churned';
  $tags{Contacts}{"source-$source"}++ if defined $source;
  $tags{Contacts}{"compliance-$_"}++ for keys %of;
}
print $json->encode({records => {Contacts => scalar keys %known, Accounts => scalar keys %accounts, Deals => $deals}, tags => \%tags});
