# Prints each value of the list on standard input in Perl's ways, as [dialect, value's number, output].
use strict;
use warnings;
use Data::Dumper;
use JSON::PP;
use MIME::Base64;

sub dumped {
    my ( $value, %options ) = @_;
    local $Data::Dumper::Useqq = $options{quoted} // 0;
    local $Data::Dumper::Indent = 1;
    return Dumper( { key => $value } );
}

my %dialects = (
    'Dumper'            => sub { dumped( $_[0] ) },
    'Dumper in qq'      => sub { dumped( $_[0], quoted => 1 ) },
    'quotemeta'         => sub {
        my $text = $_[0];
        utf8::decode($text);
        $text = quotemeta $text;
        utf8::encode($text);
        $text;
    },
    'JSON::PP'          => sub { JSON::PP->new->encode( [ $_[0] ] ) },
    'die'               => sub { eval { die "failed with $_[0]" }; $@ },
    'encode_base64'     => sub { encode_base64( $_[0] ) },
    'unpack H*'         => sub { unpack 'H*', $_[0] },
);

local $/;
my $values = JSON::PP->new->utf8->decode(<STDIN>);
my @rows;
for my $name ( sort keys %dialects ) {
    for my $index ( 0 .. $#$values ) {
        my $bytes = $values->[$index];
        utf8::encode($bytes);
        my $text = $dialects{$name}->($bytes);
        utf8::decode($text);
        push @rows, [ $name, $index, $text ];
    }
}
print JSON::PP->new->utf8->encode( \@rows );
