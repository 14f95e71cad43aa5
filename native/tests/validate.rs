//! Published test numbers and near misses for every check.

use _native::iban::STRUCTURES;
use _native::validate::card::*;
use _native::validate::iban::*;
use _native::validate::network::*;
use _native::validate::secret::*;
use _native::validate::world::north_america::*;
use _native::validate::{Validator, by_name, names};

fn whole(check: Validator, text: &str) -> bool {
    check(text.as_bytes(), 0, text.len()) == Some(text.len())
}

#[test]
fn every_name_is_known() {
    assert!(names().iter().all(|name| by_name(name).is_some()));
    assert!(by_name("no such").is_none());
}

#[test]
fn cards_need_luhn_issuer_and_length() {
    for good in
        ["4111111111111111", "5500-0000-0000-0004", "378282246310005", "6011 1111 1111 1117", "3530111333300000"]
    {
        assert!(whole(payment_card, good), "{good}");
    }
    for bad in ["4111111111111112", "1234567890123456", "0000000000000000", "41111111111111", "9999999999999995"] {
        assert!(!whole(payment_card, bad), "{bad}");
    }
}

#[test]
fn a_card_followed_by_its_expiry_year_is_found() {
    let text = b"4111 1111 1111 1111 29";
    assert_eq!(payment_card(text, 0, text.len()), Some(19));
}

#[test]
fn a_decimal_number_is_no_card() {
    assert_eq!(payment_card(b"0.4111111111111111", 2, 18), None);
    assert_eq!(payment_card(b"4111111111111111.5", 0, 16), None);
}

#[test]
fn ibans_need_country_length_structure_and_checksum() {
    for good in ["DE89370400440532013000", "GB82 WEST 1234 5698 7654 32", "NL91ABNA0417164300"] {
        assert!(whole(iban, good), "{good}");
    }
    for bad in ["DE89370400440532013001", "XX89370400440532013000", "DE8937040044053201300", "GB82123412345698765432"] {
        assert!(!whole(iban, bad), "{bad}");
    }
}

#[test]
fn the_registry_is_sorted_by_country() {
    assert!(STRUCTURES.is_sorted_by(|a, b| a.0 < b.0));
}

#[test]
fn social_security_numbers_follow_the_rules_of_issue() {
    assert!(whole(us_ssn, "536-90-4399"));
    for bad in ["000-12-3456", "666-12-3456", "900-12-3456", "536-00-4399", "536-90-0000", "078-05-1120"] {
        assert!(!whole(us_ssn, bad), "{bad}");
    }
}

#[test]
fn addresses_of_hosts() {
    assert!(whole(ipv4, "192.0.2.7"));
    assert!(!whole(ipv4, "192.0.2.256"));
    assert_eq!(ipv4(b"1.2.3.4.5", 0, 7), None);
    assert!(whole(ipv6, "2001:db8::7"));
    for bad in ["12:34:56", "::", "::1", "face::bed"] {
        assert!(!whole(ipv6, bad), "{bad}");
    }
}

#[test]
fn tokens() {
    assert!(whole(jwt, "eyJhbGciOiJIUzI1NiJ9.e30.c2ln"));
    assert!(!whole(jwt, "eyJ0eXAiOiJKV1QifQ.e30.c2ln"));
    let body = "0".repeat(30);
    assert!(!whole(github_token, &format!("ghp_{body}000000")));
}

#[test]
fn mail_has_a_domain_and_is_no_file_name() {
    assert!(whole(email, "ann.lee+tag@mail.example.com"));
    for bad in ["icon@2x.png", "a..b@example.com", "a@-example.com"] {
        assert!(!whole(email, bad), "{bad}");
    }
}

#[test]
fn no_position_makes_a_validator_panic() {
    let text = "4111 x\u{fe0f}é@.:::1.2.3.4 DE89".as_bytes();
    for name in names() {
        let check = by_name(name).map(|check| {
            for start in 0..=text.len() + 1 {
                for end in 0..=text.len() + 1 {
                    if let Some(stop) = check(text, start, end) {
                        assert!(stop <= text.len());
                    }
                }
            }
        });
        assert!(check.is_some());
    }
}
